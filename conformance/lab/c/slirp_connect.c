/* Active OPEN: libslirp forwards what its user connects to. */
#include "slirp_users.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol.h"

static struct place stale[SLIRP_QUEUE]; /* forwards that have done what they were made for */
static int stale_count;

/* Find a port that is free at libslirp's end. */
static int choose(struct place *end)
{
    struct sockaddr_storage address;
    socklen_t length = posix_address(end, 0, &address);
    int tried = socket(address.ss_family, SOCK_STREAM, 0), result = NO_RESOURCES;
    if (tried >= 0 && bind(tried, (struct sockaddr *)&address, length) == 0 &&
        getsockname(tried, (struct sockaddr *)&address, &length) == 0) {
        posix_place(&address, end);
        result = OK;
    }
    if (tried >= 0)
        close(tried);
    return result;
}

static int forward(const struct place *end, const struct place *to)
{
    struct sockaddr_storage here, there;
    socklen_t here_length = posix_address(end, 0, &here), there_length = posix_address(to, 0, &there);
    return slirp_add_hostxfwd(user_slirp, (struct sockaddr *)&here, here_length, (struct sockaddr *)&there, there_length,
                              end->length == 16 ? SLIRP_HOSTFWD_V6ONLY : 0) == 0
               ? OK
               : NO_RESOURCES;
}

void user_retire(struct user *user)
{
    if (user->forward.port && stale_count < SLIRP_QUEUE)
        stale[stale_count++] = user->forward;
    user->forward.port = 0;
}

void slirp_tidy(void)
{
    struct sockaddr_storage address;
    while (stale_count) {
        socklen_t length = posix_address(&stale[--stale_count], 0, &address);
        slirp_remove_hostxfwd(user_slirp, (struct sockaddr *)&address, length, 0);
    }
}

/* An attempt goes through a forward of its own, since a forward has one destination. */
int user_connect(void *with, int socket, const struct place *remote)
{
    struct user *user = &users[socket];
    struct flow flow = {.remote = *remote};
    struct place end = {.length = remote->length};
    int result;
    if (user->listening || !remote->port || memcmp(remote->octets, user_nobody, remote->length) == 0)
        return CONNECTION_ILLEGAL; /* to libslirp, nobody is whom it gave an address to */
    if (user->relay >= 0 || user->connecting)
        return EXISTS;
    result = user_own(socket, &flow.local);
    if (result != OK || !flow.local.port)
        return CONNECTION_ILLEGAL;
    if (slirp_relay_of(&flow) >= 0)
        return EXISTS; /* one forward for all, as it is meant, would have the kernel say so */
    memcpy(end.octets, user_ends.relays[user_family(remote)], end.length);
    result = choose(&end);
    if (result == OK)
        result = forward(&end, remote);
    if (result != OK)
        return result;
    slirp_relay_expect(&end, &flow);
    user->forward = end;
    user->cut = 0;
    result = user_posix.connect(with, socket, &end);
    user->connecting = result == OK || result == PENDING;
    if (!user->connecting)
        user_retire(user);
    return user->connecting ? PENDING : result;
}

/* libslirp has accepted the attempt by now: its socket there has the forward's address. */
static void find_relay(struct user *user)
{
    struct place local;
    if (user->relay >= 0 || !user->forward.port || user_posix.local(NULL, (int)(user - users), &local) != OK)
        return;
    user->relay = slirp_relay_at(&user->forward, local.port);
    if (user->relay >= 0)
        user_retire(user);
}

uint8_t user_state(int socket)
{
    return slirp_relay_state(users[socket].relay);
}

/* The attempt is over: what the agent waits for is the kernel's to tell again. */
static void settle(int socket)
{
    users[socket].connecting = 0;
    posix_watch(NULL, socket, users[socket].mask);
}

int user_connected(void *with, int socket)
{
    struct user *user = &users[socket];
    (void)with;
    if (!user->connecting)
        return user->cut ? NO_PRIMITIVE : OK;
    find_relay(user);
    if (user->relay < 0 || user_state(socket) <= SYN_RECEIVED)
        return PENDING;
    settle(socket);
    return OK;
}

void slirp_ended(int relay, int told)
{
    struct user *user;
    for (user = users; user < users + POSIX_SOCKETS; user++)
        find_relay(user);
    for (user = users; user < users + POSIX_SOCKETS; user++)
        if (user->relay == relay) {
            user->relay = -1;
            user->cut = !told;
            if (user->connecting)
                settle((int)(user - users));
        }
}
