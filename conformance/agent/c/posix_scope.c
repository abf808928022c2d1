/* The scope of a link-local address, which the protocol tells without one. */
#include <stdio.h>
#include <string.h>

#include "posix.h"

/* The interface that has this address; else the only one that has a link-local address. */
unsigned posix_scope(const uint8_t octets[16])
{
    FILE *table = fopen("/proc/net/if_inet6", "r");
    char text[33], wanted[33];
    unsigned number, scope, only = 0, several = 0, at;
    for (at = 0; at < 16; at++)
        sprintf(wanted + 2 * at, "%02x", octets[at]);
    while (table && fscanf(table, "%32s %x %*x %x %*x %*s", text, &number, &scope) == 3) {
        if (scope != 0x20)
            continue;
        if (strcmp(text, wanted) == 0) {
            fclose(table);
            return number;
        }
        several |= only && only != number;
        only = number;
    }
    if (table)
        fclose(table);
    return several ? 0 : only;
}
