/* The machine's clock. The firmware counts its timer's interrupts, and an emulated machine loses those that it gets no
 * processor for: on a busy host its second would last longer than ours, and so would all timers of its TCP. What is lost
 * is made up for here, by the processor's own count of time. */
#include "uefi.h"

enum { PM_TIMER = 0x608, PM_TICKS = 357955 /* a tenth of a second of it */, PM_MASK = 0xFFFFFF, AT_ONCE = 8,
       EARLY = 2 /* ticks that may be under way */ };

/* EFI_TIMER_ARCH_PROTOCOL of UEFI's Platform Initialization, which gnu-efi does not have. */
struct timer {
    EFI_STATUS(EFIAPI *register_handler)(struct timer *this, VOID *handler);
    EFI_STATUS(EFIAPI *set_period)(struct timer *this, UINT64 period);
    EFI_STATUS(EFIAPI *get_period)(struct timer *this, UINT64 *period);
    EFI_STATUS(EFIAPI *soft_interrupt)(struct timer *this);
};

static struct timer *timer;
static UINT64 period = 100000 /* of 100 ns */, begun, per_tick;
static volatile UINT64 ticks;

static UINT64 processor_time(void)
{
    UINT32 low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (UINT64)high << 32 | low;
}

static UINT32 pm_time(void)
{
    UINT32 value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"((UINT16)PM_TIMER));
    return value;
}

/* How fast the processor counts, by a timer of which the speed is known. */
static UINT64 in_a_tenth(void)
{
    UINT64 from = processor_time();
    UINT32 pm_from = pm_time();
    while (((pm_time() - pm_from) & PM_MASK) < PM_TICKS)
        ;
    return processor_time() - from;
}

static VOID EFIAPI count(EFI_EVENT event, VOID *with)
{
    (void)event, (void)with;
    ticks++;
}

UINT64 uefi_clock_begin(EFI_BOOT_SERVICES *services)
{
    static EFI_GUID guid = {0x26baccb3, 0x6f42, 0x11d4, {0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
    EFI_EVENT counter;
    if (services->LocateProtocol(&guid, NULL, (VOID **)&timer) == EFI_SUCCESS)
        timer->get_period(timer, &period);
    per_tick = in_a_tenth() * period / 1000000;
    services->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, count, NULL, &counter);
    services->SetTimer(counter, TimerPeriodic, period);
    begun = processor_time();
    return period;
}

void uefi_clock_turn(void)
{
    UINT64 due = (processor_time() - begun) / per_tick;
    int at;
    for (at = 0; timer && at < AT_ONCE && ticks + EARLY < due; at++)
        timer->soft_interrupt(timer);
}

UINT64 uefi_milliseconds(void)
{
    return ticks * period / 10000;
}
