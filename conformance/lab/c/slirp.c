/* The table of calls: POSIX sockets on the loopback interface, behind which libslirp is. */
#include "slirp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix.h"
#include "protocol.h"

enum { QUEUE = 64 };

struct user {
    int listening, backlog, queue[QUEUE], queued; /* of a listener: sockets to be accepted */
    int relay;                                    /* libslirp's socket at the other end; -1 while there is none */
    int connecting, cut, mask;                    /* cut: libslirp has left without ending the stream */
    struct place forward;                         /* where libslirp takes the attempt; no port: nowhere any more */
};

enum { SYN_SENT = 3, SYN_RECEIVED = 4, FIN_WAIT_1 = 6, CLOSE_WAIT = 8 };

static const uint8_t loopback[2][16] = {{127, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
static const uint8_t nobody[16];
static struct user users[POSIX_SOCKETS];
static struct place stale[QUEUE]; /* forwards that have done what they were made for */
static int stale_count;
static struct stack posix;
static struct slirp_ends ends;
static Slirp *slirp;

static int family_of(const struct place *place)
{
    return place->length == 16;
}

static void begin_user(int socket)
{
    memset(&users[socket], 0, sizeof users[socket]);
    users[socket].relay = -1;
}

static int own(int socket, struct place *local)
{
    int result = posix.local(NULL, socket, local);
    if (result == OK && memcmp(local->octets, nobody, local->length) != 0)
        memcpy(local->octets, ends.ours[family_of(local)], local->length);
    return result;
}

static int stack_open(void *with, int address_length, int *socket)
{
    int result = posix.open(with, address_length, socket);
    if (result == OK)
        begin_user(*socket);
    return result;
}

/* Our address is the loopback interface's; there is no other that libslirp would relay to. */
static int stack_bind(void *with, int socket, const struct place *local)
{
    struct place place = *local;
    const uint8_t *ours = ends.ours[family_of(local)];
    if (memcmp(local->octets, ours, local->length) != 0 && memcmp(local->octets, nobody, local->length) != 0)
        return CANNOT_BIND;
    memcpy(place.octets, loopback[family_of(local)], local->length);
    return posix.bind(with, socket, &place);
}

static int stack_listen(void *with, int socket, int backlog)
{
    int result = posix.listen(with, socket, backlog);
    users[socket].listening |= result == OK;
    users[socket].backlog = backlog;
    return result;
}

/* Take what libslirp has connected: before the handshake with its peer is done, for it begins with ours. */
static void take_all(struct user *listener, int socket)
{
    struct place end, local;
    int accepted;
    while (listener->queued < QUEUE && posix.accept(NULL, socket, &accepted, &end) == OK) {
        begin_user(accepted);
        if (posix.local(NULL, accepted, &local) == OK)
            users[accepted].relay = slirp_relay_at(&end, local.port);
        listener->queue[listener->queued++] = accepted;
    }
}

/* Return the place in the queue of the first connection that is established; forget those that are no more. */
static int first_established(struct user *listener)
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
        posix.close(NULL, socket);
        memmove(listener->queue + at, listener->queue + at + 1, (size_t)(--listener->queued - at) * sizeof(int));
    }
    return -1;
}

static int stack_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct user *listener = &users[socket];
    int at;
    (void)with;
    if (!listener->listening)
        return CONNECTION_ILLEGAL;
    take_all(listener, socket);
    at = first_established(listener);
    if (at < 0)
        return PENDING;
    *accepted = listener->queue[at];
    memmove(listener->queue + at, listener->queue + at + 1, (size_t)(--listener->queued - at) * sizeof(int));
    *remote = slirp_relay_flow(users[*accepted].relay)->remote;
    return OK;
}

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
    close(tried);
    return result;
}

static int forward(const struct place *end, const struct place *to)
{
    struct sockaddr_storage here, there;
    socklen_t here_length = posix_address(end, 0, &here), there_length = posix_address(to, 0, &there);
    return slirp_add_hostxfwd(slirp, (struct sockaddr *)&here, here_length, (struct sockaddr *)&there, there_length,
                              end->length == 16 ? SLIRP_HOSTFWD_V6ONLY : 0) == 0
               ? OK
               : NO_RESOURCES;
}

static void retire(struct user *user)
{
    if (user->forward.port && stale_count < QUEUE)
        stale[stale_count++] = user->forward;
    user->forward.port = 0;
}

void slirp_tidy(void)
{
    struct sockaddr_storage address;
    while (stale_count) {
        socklen_t length = posix_address(&stale[--stale_count], 0, &address);
        slirp_remove_hostxfwd(slirp, (struct sockaddr *)&address, length, 0);
    }
}

/* An attempt goes through a forward of its own, since a forward has one destination. */
static int stack_connect(void *with, int socket, const struct place *remote)
{
    struct user *user = &users[socket];
    struct flow flow = {.remote = *remote};
    struct place end = {.length = remote->length};
    int result;
    if (user->listening || !remote->port || memcmp(remote->octets, nobody, remote->length) == 0)
        return CONNECTION_ILLEGAL; /* to libslirp, nobody is whom it gave an address to */
    if (user->relay >= 0 || user->connecting)
        return EXISTS;
    result = own(socket, &flow.local);
    if (result != OK || !flow.local.port)
        return CONNECTION_ILLEGAL;
    if (slirp_relay_of(&flow) >= 0)
        return EXISTS; /* one forward for all, as it is meant, would have the kernel say so */
    memcpy(end.octets, ends.relays[family_of(remote)], end.length);
    result = choose(&end);
    if (result == OK)
        result = forward(&end, remote);
    if (result != OK)
        return result;
    slirp_relay_expect(&end, &flow);
    user->forward = end;
    user->cut = 0;
    result = posix.connect(with, socket, &end);
    user->connecting = result == OK || result == PENDING;
    if (!user->connecting)
        retire(user);
    return user->connecting ? PENDING : result;
}

/* libslirp has accepted the attempt by now: its socket there has the forward's address. */
static void find_relay(struct user *user)
{
    struct place local;
    if (user->relay >= 0 || !user->forward.port || posix.local(NULL, (int)(user - users), &local) != OK)
        return;
    user->relay = slirp_relay_at(&user->forward, local.port);
    if (user->relay >= 0)
        retire(user);
}

static uint8_t state_of(int socket)
{
    return slirp_relay_state(users[socket].relay);
}

/* The attempt is over: what the agent waits for is the kernel's to tell again. */
static void settle(int socket)
{
    users[socket].connecting = 0;
    posix_watch(NULL, socket, users[socket].mask);
}

static int stack_connected(void *with, int socket)
{
    struct user *user = &users[socket];
    (void)with;
    if (!user->connecting)
        return user->cut ? NO_PRIMITIVE : OK;
    find_relay(user);
    if (user->relay < 0 || state_of(socket) <= SYN_RECEIVED)
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

static int stack_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    *taken = 0;
    return users[socket].cut ? NO_PRIMITIVE : posix.send(with, socket, octets, length, flags, taken);
}

/* How a connection that broke off has ended libslirp does not tell: the stream just ends. */
static int stack_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    int result = posix.receive(with, socket, octets, room, got);
    return users[socket].cut && result != PENDING && *got == 0 ? NO_PRIMITIVE : result;
}

/* Whether the attempt still goes on; that it does not may just not have been looked at yet. */
static int is_connecting(int socket)
{
    return users[socket].connecting && stack_connected(NULL, socket) == PENDING;
}

/* Whether libslirp looks at its user's end of the stream: not before it is connected, and not after it has seen the end. */
static int looks(int socket)
{
    uint8_t state = state_of(socket);
    return users[socket].relay < 0 ? !users[socket].connecting
                                   : state > SYN_RECEIVED && (state < FIN_WAIT_1 || state == CLOSE_WAIT);
}

static int stack_shutdown(void *with, int socket, int how)
{
    if (how != 0 && is_connecting(socket))
        return NO_PRIMITIVE;
    return posix.shutdown(with, socket, how);
}

static int stack_can_end(void *with, int socket, int abort)
{
    (void)with;
    if (users[socket].listening || (!is_connecting(socket) && !abort))
        return OK;
    return looks(socket) ? OK : NO_PRIMITIVE;
}

static void forget(int socket, void (*how)(void *with, int socket))
{
    struct user *user = &users[socket];
    while (user->queued)
        posix.abort(NULL, user->queue[--user->queued]);
    retire(user);
    how(NULL, socket);
    begin_user(socket);
}

static void stack_close(void *with, int socket)
{
    (void)with;
    forget(socket, posix.close);
}

static void stack_abort(void *with, int socket)
{
    (void)with;
    forget(socket, posix.abort);
}

static int stack_local(void *with, int socket, struct place *local)
{
    (void)with;
    return own(socket, local);
}

static int stack_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    (void)with;
    if (flow->remote.port)
        *state = slirp_relay_state(slirp_relay_of(flow));
    else
        *state = socket >= 0 && users[socket].listening ? STATE_LISTEN : STATE_CLOSED;
    return OK;
}

/* All that could be set here is set for the kernel's TCP, not for libslirp's. */
static int stack_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    (void)with, (void)socket, (void)parameter, (void)value, (void)length;
    return NO_PRIMITIVE;
}

/* Whether an attempt has succeeded the kernel does not know: it would always say that its own part has. */
static void stack_watch(void *with, int socket, int mask)
{
    users[socket].mask = mask;
    posix_watch(with, socket, users[socket].connecting ? 0 : mask);
}

static int stack_ready(void *with, int socket, int mask)
{
    struct user *user = &users[socket];
    if (user->listening) {
        if (posix_ready(with, socket, mask))
            take_all(user, socket);
        return first_established(user) >= 0 ? mask & WATCH_READ : 0;
    }
    if (user->connecting)
        return is_connecting(socket) ? 0 : mask & WATCH_WRITE;
    return posix_ready(with, socket, mask);
}

void slirp_begin(struct stack *stack, Slirp *of, const struct slirp_ends *with)
{
    slirp = of;
    ends = *with;
    posix_begin(&posix, 0);
    *stack = posix;
    stack->open = stack_open;
    stack->bind = stack_bind;
    stack->listen = stack_listen;
    stack->accept = stack_accept;
    stack->connect = stack_connect;
    stack->connected = stack_connected;
    stack->send = stack_send;
    stack->receive = stack_receive;
    stack->shutdown = stack_shutdown;
    stack->close = stack_close;
    stack->abort = stack_abort;
    stack->local = stack_local;
    stack->state = stack_state;
    stack->can_end = stack_can_end;
    stack->watch = stack_watch;
    stack->ready = stack_ready;
    stack->configure = stack_configure;
    stack->numbers = NULL; /* as with what could be set */
    stack->parameter = NULL;
    stack->open_and_send = NULL;
    stack->reports = NULL;
}
