/* What the tester is told of a socket's urgent data. */
#include "core.h"

int endpoint_urgent(struct endpoint *endpoint, uint8_t *what, uint8_t *octet)
{
    int result = STACK(urgent)(WITH(endpoint), 1, what, octet);
    endpoint->urgent_told = *what == URGENT_TAKEN ? URGENT_NONE : *what;
    return result;
}

void endpoint_look_for_urgent(struct endpoint *endpoint)
{
    uint8_t what = URGENT_NONE, octet = 0;
    struct writer event;
    if (!STACK(urgent) || STACK(urgent)(WITH(endpoint), 0, &what, &octet) != OK)
        return;
    /* The octet of what was announced is no news when it comes. */
    if (what != URGENT_NONE && endpoint->urgent_told != URGENT_ANNOUNCED &&
        (what != endpoint->urgent_told || octet != endpoint->octet_told)) {
        begin_event(&event, URGENT_DATA, OK);
        write_u16(&event, endpoint->number);
        write_u8(&event, what);
        send_message(endpoint->session, &event);
    }
    endpoint->urgent_told = what;
    endpoint->octet_told = octet;
}

