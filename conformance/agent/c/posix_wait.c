/* Waiting for the sockets that the agent watches, and for SIGURG, which says that one of all has urgent data. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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

static int woken[2] = {-1, -1}; /* a pipe, so that no signal comes just too early for poll() */
static volatile sig_atomic_t urgent_news;

static void note_urgent(int number)
{
    int before = errno;
    (void)number;
    urgent_news = 1;
    (void)!write(woken[1], "", 1);
    errno = before;
}

void posix_wait_begin(void)
{
    struct sigaction action;
    if (woken[0] >= 0 || pipe(woken) < 0)
        return;
    fcntl(woken[0], F_SETFL, O_NONBLOCK);
    fcntl(woken[1], F_SETFL, O_NONBLOCK);
    memset(&action, 0, sizeof action);
    action.sa_handler = note_urgent;
    sigaction(SIGURG, &action, NULL);
}

int posix_urgent_news(void *with)
{
    (void)with;
    if (!urgent_news)
        return 0;
    urgent_news = 0; /* a signal that comes just before this is about what is looked for now */
    return 1;
}

void posix_wait(struct pollfd *others, size_t count, int milliseconds)
{
    char notes[64];
    size_t at, all = watched_count + count + 1;
    memcpy(watched + watched_count, others, count * sizeof *others);
    watched[all - 1] = (struct pollfd){woken[0], POLLIN, 0};
    if (poll(watched, all, milliseconds) < 0)
        for (at = 0; at < all; at++)
            watched[at].revents = 0;
    if (watched[all - 1].revents)
        (void)!read(woken[0], notes, sizeof notes);
    memcpy(others, watched + watched_count, count * sizeof *others);
}
