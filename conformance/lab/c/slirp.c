/* The table of calls: POSIX sockets on the loopback interface, behind which libslirp is. */
#include "slirp_users.h"

#include <string.h>

#include "protocol.h"

static const uint8_t loopback[2][16] = {{127, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
const uint8_t user_nobody[16];
struct user users[POSIX_SOCKETS];
struct stack user_posix;
struct slirp_ends user_ends;
Slirp *user_slirp;

int user_family(const struct place *place)
{
    return place->length == 16;
}

void user_begin(int socket)
{
    memset(&users[socket], 0, sizeof users[socket]);
    users[socket].relay = -1;
}

int user_own(int socket, struct place *local)
{
    int result = user_posix.local(NULL, socket, local);
    if (result == OK && memcmp(local->octets, user_nobody, local->length) != 0)
        memcpy(local->octets, user_ends.ours[user_family(local)], local->length);
    return result;
}

static int stack_open(void *with, int address_length, int *socket)
{
    int result = user_posix.open(with, address_length, socket);
    if (result == OK)
        user_begin(*socket);
    return result;
}

/* Our address is the loopback interface's; there is no other that libslirp would relay to. */
static int stack_bind(void *with, int socket, const struct place *local)
{
    struct place place = *local;
    const uint8_t *ours = user_ends.ours[user_family(local)];
    if (memcmp(local->octets, ours, local->length) != 0 && memcmp(local->octets, user_nobody, local->length) != 0)
        return CANNOT_BIND;
    memcpy(place.octets, loopback[user_family(local)], local->length);
    return user_posix.bind(with, socket, &place);
}

static int stack_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    *taken = 0;
    return users[socket].cut ? NO_PRIMITIVE : user_posix.send(with, socket, octets, length, flags, taken);
}

/* How a connection that broke off has ended libslirp does not tell: the stream just ends. */
static int stack_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    int result = user_posix.receive(with, socket, octets, room, got);
    return users[socket].cut && result != PENDING && *got == 0 ? NO_PRIMITIVE : result;
}

/* Whether the attempt still goes on; that it does not may just not have been looked at yet. */
static int is_connecting(int socket)
{
    return users[socket].connecting && user_connected(NULL, socket) == PENDING;
}

/* Whether libslirp looks at its user's end of the stream: not before it is connected, and not after it has seen the end. */
static int looks(int socket)
{
    uint8_t state = user_state(socket);
    return users[socket].relay < 0 ? !users[socket].connecting
                                   : state > SYN_RECEIVED && (state < FIN_WAIT_1 || state == CLOSE_WAIT);
}

static int stack_shutdown(void *with, int socket, int how)
{
    if (how != 0 && is_connecting(socket))
        return NO_PRIMITIVE;
    return user_posix.shutdown(with, socket, how);
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
        user_posix.abort(NULL, user->queue[--user->queued]);
    user_retire(user);
    how(NULL, socket);
    user_begin(socket);
}

static void stack_close(void *with, int socket)
{
    (void)with;
    forget(socket, user_posix.close);
}

static void stack_abort(void *with, int socket)
{
    (void)with;
    forget(socket, user_posix.abort);
}

static int stack_local(void *with, int socket, struct place *local)
{
    (void)with;
    return user_own(socket, local);
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
            user_take_all(user, socket);
        return user_first_established(user) >= 0 ? mask & WATCH_READ : 0;
    }
    if (user->connecting)
        return is_connecting(socket) ? 0 : mask & WATCH_WRITE;
    return posix_ready(with, socket, mask);
}

void slirp_begin(struct stack *stack, Slirp *of, const struct slirp_ends *with)
{
    user_slirp = of;
    user_ends = *with;
    posix_begin(&user_posix, 0);
    *stack = user_posix;
    stack->open = stack_open;
    stack->bind = stack_bind;
    stack->listen = user_listen;
    stack->accept = user_accept;
    stack->connect = user_connect;
    stack->connected = user_connected;
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
