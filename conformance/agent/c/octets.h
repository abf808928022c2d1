/* Reading and writing the data of messages. Nothing is read or written outside the buffer: a reader or writer that has
 * come to the end stays there and remembers that it is broken. */
#ifndef OCTETS_H
#define OCTETS_H

#include <stddef.h>
#include <stdint.h>

#include "stack.h"

struct reader {
    const uint8_t *at;
    size_t left;
    int broken;
};

struct writer {
    uint8_t *octets;
    size_t length, room;
    int broken;
};

uint8_t read_u8(struct reader *from);
uint16_t read_u16(struct reader *from);
uint32_t read_u32(struct reader *from);
int read_bool(struct reader *from);
/* A vint8: u16 n, then n octets, which stay where they are. */
const uint8_t *read_octets(struct reader *from, size_t *length);
void read_address(struct reader *from, struct place *place);
void read_text(struct reader *from);
/* The number that the value of a parameter is, of 1, 2 or 4 octets, up to 0x7FFFFFFF; -1 when it is none. */
int32_t number_of(const uint8_t *value, size_t length);
/* Whether all was read, and nothing was missing. */
int read_whole(const struct reader *from);

void write_u8(struct writer *to, unsigned value);
void write_u16(struct writer *to, unsigned value);
void write_u32(struct writer *to, uint32_t value);
void write_plain(struct writer *to, const void *octets, size_t length);
void write_octets(struct writer *to, const void *octets, size_t length);
void write_text(struct writer *to, const char *text);

#endif
