/* EDK2's TCP behind the agent's table of calls, by the protocols of UEFI (EFI_TCP4_PROTOCOL, EFI_TCP6_PROTOCOL). */
#ifndef LAB_UEFI_H
#define LAB_UEFI_H

#include <efi.h>

#include "stack.h"

/* Where we are: octets in the order of the network. */
struct uefi_place {
    uint8_t ipv4[4], mask[4], ipv6[16];
    uint8_t bits;
};

/* Fill the table. Return a bit for each family that there is: 1 for IPv4, 2 for IPv6. */
int uefi_begin(struct stack *stack, EFI_BOOT_SERVICES *services, const struct uefi_place *place);
/* Have the TCPs look for what has come. Return whether something has. */
int uefi_poll(void);

/* uefi_system.c: what the agent's core needs of a C library. */
void uefi_system_begin(EFI_BOOT_SERVICES *services);
/* Wait for the next tick of the clock. */
void uefi_wait(void);

/* uefi_clock.c: the firmware's clock, kept right. */

/* Return the time between two of its ticks, in 100 ns. */
UINT64 uefi_clock_begin(EFI_BOOT_SERVICES *services);
/* Make up for what it has lost. */
void uefi_clock_turn(void);
UINT64 uefi_milliseconds(void);

/* uefi_line.c: the agent's line to its tester. */
void uefi_line_begin(void);
/* Whether an octet waits there. */
int uefi_line_ready(void);

#endif
