/* A UEFI program that is the agent and the services on the firmware's own TCP; controlled over a line of its own. */
#include "agent.h"
#include "uefi.h"
#include "services.h"
#include "stream.h"

enum { EAGER = 8000 }; /* turns without anything to do before it waits for the clock */

/* As conformance/lab/link.py has it. */
static const struct uefi_place place = {
    {198, 18, 0, 1}, {255, 255, 0, 0}, {0x20, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 64};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static struct stack stack;
    int lengths[2], families, idle = 0;
    (void)image;
    uefi_system_begin(system->BootServices);
    uefi_line_begin();
    families = uefi_begin(&stack, system->BootServices, &place);
    lengths[0] = families & 1 ? 4 : 0;
    lengths[1] = families & 2 ? 16 : 0;
    if (!families || !services_begin(&stack, lengths))
        return EFI_NOT_FOUND;
    stream_begin(&stack, 0, 1);
    for (;;) {
        int busy;
        uefi_clock_turn();
        busy = uefi_poll();
        if (uefi_line_ready()) {
            stream_take(stream_now());
            busy = 1;
        }
        agent_turn(stream_now());
        services_turn();
        idle = busy ? 0 : idle + 1;
        if (idle > EAGER)
            uefi_wait();
    }
}
