#include "octets.h"

#include <string.h>

static const uint8_t byte_order_mark[3] = {0xEF, 0xBB, 0xBF};

static const uint8_t *take(struct reader *from, size_t length)
{
    const uint8_t *at = from->at;
    if (from->broken || from->left < length) {
        from->broken = 1;
        return NULL;
    }
    from->at += length;
    from->left -= length;
    return at;
}

uint8_t read_u8(struct reader *from)
{
    const uint8_t *at = take(from, 1);
    return at ? at[0] : 0;
}

uint16_t read_u16(struct reader *from)
{
    const uint8_t *at = take(from, 2);
    return at ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

uint32_t read_u32(struct reader *from)
{
    uint32_t high = read_u16(from);
    return high << 16 | read_u16(from);
}

int read_bool(struct reader *from)
{
    uint8_t value = read_u8(from);
    from->broken |= value > 1;
    return value;
}

const uint8_t *read_octets(struct reader *from, size_t *length)
{
    const uint8_t *at;
    *length = read_u16(from);
    at = take(from, *length);
    if (!at)
        *length = 0;
    return at;
}

void read_address(struct reader *from, struct place *place)
{
    size_t length;
    const uint8_t *octets = read_octets(from, &length);
    memset(place, 0, sizeof *place);
    if (!octets || (length != 4 && length != 16)) {
        from->broken = 1;
        return;
    }
    place->length = (uint8_t)length;
    memcpy(place->octets, octets, length);
}

void read_text(struct reader *from)
{
    size_t length;
    const uint8_t *text = read_octets(from, &length);
    if (!text || length == 0)
        return;
    if (length <= sizeof byte_order_mark || memcmp(text, byte_order_mark, sizeof byte_order_mark) != 0 ||
        memchr(text, 0, length) != text + length - 1)
        from->broken = 1;
}

int read_whole(const struct reader *from)
{
    return !from->broken && from->left == 0;
}

void write_plain(struct writer *to, const void *octets, size_t length)
{
    if (to->broken || to->room - to->length < length) {
        to->broken = 1;
        return;
    }
    if (length)
        memcpy(to->octets + to->length, octets, length);
    to->length += length;
}

int32_t number_of(const uint8_t *value, size_t length)
{
    uint32_t number = 0;
    size_t at;
    if (length != 1 && length != 2 && length != 4)
        return -1;
    for (at = 0; at < length; at++)
        number = number << 8 | value[at];
    return number > INT32_MAX ? -1 : (int32_t)number;
}

void write_u8(struct writer *to, unsigned value)
{
    uint8_t octet = (uint8_t)value;
    write_plain(to, &octet, 1);
}

void write_u16(struct writer *to, unsigned value)
{
    write_u8(to, value >> 8);
    write_u8(to, value & 0xFF);
}

void write_u32(struct writer *to, uint32_t value)
{
    write_u16(to, value >> 16);
    write_u16(to, value & 0xFFFF);
}

void write_octets(struct writer *to, const void *octets, size_t length)
{
    write_u16(to, (unsigned)length);
    write_plain(to, octets, length);
}

void write_text(struct writer *to, const char *text)
{
    size_t length = strlen(text);
    write_u16(to, (unsigned)(sizeof byte_order_mark + length + 1));
    write_plain(to, byte_order_mark, sizeof byte_order_mark);
    write_plain(to, text, length + 1);
}
