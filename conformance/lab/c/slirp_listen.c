/* Passive OPEN: libslirp connects to its user as soon as it hears a SYN. */
#include "slirp_users.h"

#include <string.h>

#include "protocol.h"

int user_listen(void *with, int socket, int backlog)
{
    int result = user_posix.listen(with, socket, backlog);
    users[socket].listening |= result == OK;
    return result;
}

void user_take_all(struct user *listener, int socket)
{
    struct place end, local;
    int accepted;
    while (listener->queued < SLIRP_QUEUE && user_posix.accept(NULL, socket, &accepted, &end) == OK) {
        user_begin(accepted);
        if (user_posix.local(NULL, accepted, &local) == OK)
            users[accepted].relay = slirp_relay_at(&end, local.port);
        listener->queue[listener->queued++] = accepted;
    }
}

int user_first_established(struct user *listener)
{
    int at = 0;
    while (at < listener->queued) {
        int socket = listener->queue[at], relay = users[socket].relay;
        if (relay >= 0 && slirp_relay_state(relay) > SYN_RECEIVED)
            return at;
        if (relay >= 0) {
            at++;
            continue;
        }
        user_posix.close(NULL, socket);
        memmove(listener->queue + at, listener->queue + at + 1, (size_t)(--listener->queued - at) * sizeof(int));
    }
    return -1;
}

int user_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct user *listener = &users[socket];
    int at;
    (void)with;
    if (!listener->listening)
        return CONNECTION_ILLEGAL;
    user_take_all(listener, socket);
    at = user_first_established(listener);
    if (at < 0)
        return PENDING;
    *accepted = listener->queue[at];
    memmove(listener->queue + at, listener->queue + at + 1, (size_t)(--listener->queued - at) * sizeof(int));
    *remote = slirp_relay_flow(users[*accepted].relay)->remote;
    return OK;
}
