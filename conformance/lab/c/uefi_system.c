/* A C library as far as the agent's core and the services use one; uefi_line.c has its descriptors. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "uefi.h"

static EFI_BOOT_SERVICES *services;
static EFI_EVENT tick;

void uefi_system_begin(EFI_BOOT_SERVICES *of)
{
    services = of;
    services->SetWatchdogTimer(0, 0, 0, NULL);
    services->CreateEvent(EVT_TIMER, 0, NULL, NULL, &tick);
    services->SetTimer(tick, TimerPeriodic, uefi_clock_begin(services));
}

void uefi_wait(void)
{
    UINTN which;
    services->WaitForEvent(1, &tick, &which);
}

int poll(struct pollfd *sources, nfds_t count_of, int milliseconds)
{
    (void)sources, (void)milliseconds;
    return (int)count_of;
}

void _exit(int status)
{
    (void)status;
    for (;;)
        ;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    UINT64 milliseconds = uefi_milliseconds(); /* once: a second may end between two looks, and time would go back */
    (void)clock;
    now->tv_sec = (time_t)(milliseconds / 1000);
    now->tv_nsec = (long)(milliseconds % 1000) * 1000000;
    return 0;
}

/* What day it is does not matter to the daytime service. */
time_t time(time_t *now)
{
    (void)now;
    return 0;
}

struct tm *gmtime(const time_t *now)
{
    static struct tm nothing;
    (void)now;
    return &nothing;
}

size_t strftime(char *text, size_t room, const char *format, const struct tm *when)
{
    size_t length = strlen(format);
    (void)when;
    length = length < room ? length : room;
    memcpy(text, format, length);
    return length;
}

void *malloc(size_t size)
{
    VOID *octets = NULL;
    return services->AllocatePool(EfiLoaderData, size, &octets) == EFI_SUCCESS ? octets : NULL;
}

void free(void *octets)
{
    if (octets)
        services->FreePool(octets);
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *into = to;
    const uint8_t *of = from;
    size_t at;
    if (into <= of)
        for (at = 0; at < length; at++)
            into[at] = of[at];
    else
        for (at = length; at > 0; at--)
            into[at - 1] = of[at - 1];
    return to;
}

void *memcpy(void *to, const void *from, size_t length)
{
    return memmove(to, from, length);
}

void *memset(void *to, int octet, size_t length)
{
    uint8_t *into = to;
    while (length--)
        *into++ = (uint8_t)octet;
    return to;
}

int memcmp(const void *one, const void *other, size_t length)
{
    const uint8_t *left = one, *right = other;
    for (; length; length--, left++, right++)
        if (*left != *right)
            return *left - *right;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

void *memchr(const void *in, int octet, size_t length)
{
    const uint8_t *at = in;
    for (; length; length--, at++)
        if (*at == (uint8_t)octet)
            return (void *)at;
    return NULL;
}
