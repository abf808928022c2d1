/* Results and addresses, as POSIX has them and as the protocol has them. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "posix.h"
#include "protocol.h"

int posix_result(int number)
{
    static const struct {
        int number, result;
    } results[] = {
        {0, OK},
        {EAGAIN, PENDING},
        {EINTR, PENDING},
        {EINPROGRESS, PENDING},
        {ECONNREFUSED, REFUSED},
        {ETIMEDOUT, USER_TIMEOUT},
        {ECONNRESET, RESET},
        {ECONNABORTED, RESET},
        {ENOTCONN, DOES_NOT_EXIST},
        {EPIPE, CLOSING},
        {EISCONN, EXISTS},
        {EALREADY, EXISTS},
        {EADDRINUSE, EXISTS},
        {EADDRNOTAVAIL, EXISTS},
        {ENOBUFS, NO_RESOURCES},
        {ENOMEM, NO_RESOURCES},
        {EMFILE, NO_RESOURCES},
        {ENFILE, NO_RESOURCES},
        {EINVAL, CONNECTION_ILLEGAL},
        {EOPNOTSUPP, CONNECTION_ILLEGAL},
        {EAFNOSUPPORT, CONNECTION_ILLEGAL},
        {EACCES, CONNECTION_ILLEGAL},
        {EPERM, CONNECTION_ILLEGAL},
    };
    size_t at;
    for (at = 0; at < sizeof results / sizeof results[0]; at++)
        if (results[at].number == number)
            return results[at].result;
    return number == EWOULDBLOCK ? PENDING : NOT_OK;
}

socklen_t posix_address(const struct place *place, unsigned interface, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    if (place->length == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)address;
        in->sin_family = AF_INET;
        in->sin_port = htons(place->port);
        memcpy(&in->sin_addr, place->octets, 4);
        return sizeof *in;
    } else {
        struct sockaddr_in6 *in = (struct sockaddr_in6 *)address;
        in->sin6_family = AF_INET6;
        in->sin6_port = htons(place->port);
        memcpy(&in->sin6_addr, place->octets, 16);
        if (place->octets[0] == 0xFE && (place->octets[1] & 0xC0) == 0x80)
            in->sin6_scope_id = place->scope ? place->scope : interface ? interface : posix_scope(place->octets);
        return sizeof *in;
    }
}

void posix_place(const struct sockaddr_storage *address, struct place *place)
{
    memset(place, 0, sizeof *place);
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        place->length = 4;
        place->port = ntohs(in->sin_port);
        memcpy(place->octets, &in->sin_addr, 4);
    } else {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        place->length = 16;
        place->port = ntohs(in->sin6_port);
        place->scope = in->sin6_scope_id;
        memcpy(place->octets, &in->sin6_addr, 16);
    }
}
