/* The agent's line to its tester, descriptors 0 and 1: two rings in this machine's memory, which the host has mapped, too.
 * A serial line, whose device the firmware does not know and leaves alone, tells the host where they are, and from then on
 * that there is something to read. conformance/lab/rings.py is the other end. */
#include <errno.h>
#include <unistd.h>

#include "uefi.h"

enum { LINE = 0x3E8, DATA = LINE, DIVISOR = LINE + 1, FIFO = LINE + 2, FORMAT = LINE + 3, MODEM = LINE + 4,
       STATUS = LINE + 5, HAS_ROOM = 0x20, ROOM = 0x20000 };

struct ring {
    volatile uint32_t written, taken; /* octets so far, modulo 2**32 */
    volatile uint8_t octets[ROOM];
};

static struct ring to_us, to_host;
static int number;

static void out(UINT16 port, uint8_t octet)
{
    __asm__ volatile("outb %0, %1" : : "a"(octet), "Nd"(port));
}

static uint8_t in(UINT16 port)
{
    uint8_t octet;
    __asm__ volatile("inb %1, %0" : "=a"(octet) : "Nd"(port));
    return octet;
}

static void say(uint8_t octet)
{
    while (!(in(STATUS) & HAS_ROOM))
        ;
    out(DATA, octet);
}

static void say_where(const struct ring *ring)
{
    UINT64 address = (UINTN)ring; /* the one that the firmware gives it is the physical one */
    int at;
    for (at = 0; at < 8; at++)
        say((uint8_t)(address >> 8 * at));
}

void uefi_line_begin(void)
{
    out(DIVISOR, 0);
    out(FORMAT, 0x80);
    out(DATA, 1);
    out(DIVISOR, 0);
    out(FORMAT, 3);
    out(FIFO, 0xC7); /* as many octets at once as there can be */
    out(MODEM, 3);
    say_where(&to_us);
    say_where(&to_host);
}

int uefi_line_ready(void)
{
    return to_us.written != to_us.taken;
}

int *__errno_location(void)
{
    return &number;
}

ssize_t read(int from, void *octets, size_t length)
{
    size_t got = 0;
    (void)from;
    while (got < length && uefi_line_ready()) {
        ((uint8_t *)octets)[got++] = to_us.octets[to_us.taken % ROOM];
        to_us.taken++;
    }
    number = EAGAIN;
    return got ? (ssize_t)got : -1;
}

ssize_t write(int to, const void *octets, size_t length)
{
    size_t at;
    (void)to;
    for (at = 0; at < length; at++) {
        if (to_host.written - to_host.taken == ROOM)
            say(0);
        while (to_host.written - to_host.taken == ROOM)
            ;
        to_host.octets[to_host.written % ROOM] = ((const uint8_t *)octets)[at];
        to_host.written++;
    }
    say(0);
    return (ssize_t)length;
}
