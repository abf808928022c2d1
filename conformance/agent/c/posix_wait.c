/* Waiting for the sockets that the agent watches. */
#include <string.h>

#include "posix.h"

static struct pollfd watched[POSIX_SOCKETS + 64];
static nfds_t watched_count;
static int place_of[POSIX_SOCKETS]; /* in `watched`, plus 1; 0 where a socket is not watched */

void posix_watch(void *with, int socket, int mask)
{
    int at = place_of[socket] - 1;
    (void)with;
    if (!mask && at >= 0) {
        watched[at] = watched[--watched_count];
        place_of[watched[at].fd] = at + 1;
        place_of[socket] = 0;
    } else if (mask) {
        if (at < 0)
            place_of[socket] = (int)++watched_count;
        at = place_of[socket] - 1;
        watched[at].fd = socket;
        watched[at].events = (short)((mask & WATCH_READ ? POLLIN : 0) | (mask & WATCH_WRITE ? POLLOUT : 0));
        watched[at].revents = 0;
    }
}

int posix_ready(void *with, int socket, int mask)
{
    int at = place_of[socket] - 1, ready, told_anyway = POLLERR | POLLHUP;
    (void)with;
    if (at < 0)
        return 0;
    ready = watched[at].revents;
    watched[at].revents = 0;
    return mask & ((ready & (POLLIN | told_anyway) ? WATCH_READ : 0) | (ready & (POLLOUT | told_anyway) ? WATCH_WRITE : 0));
}

void posix_wait(struct pollfd *others, size_t count, int milliseconds)
{
    size_t at;
    memcpy(watched + watched_count, others, count * sizeof *others);
    if (poll(watched, watched_count + count, milliseconds) < 0)
        for (at = 0; at < watched_count + count; at++)
            watched[at].revents = 0;
    memcpy(others, watched + watched_count, count * sizeof *others);
}
