/* The table of calls. The two families differ in what their TCP is called and configured with, and in nothing else: the
 * tokens of one are laid out as those of the other. There is no half-close: CLOSE ends both directions. */
#include "uefi.h"

#include <string.h>

#include "protocol.h"

enum { SOCKETS = 512, QUEUE = 16, TOKENS = 4, PIECE = 4096, WAITS = 300 };

struct sending {
    int used;
    EFI_TCP4_IO_TOKEN token;
    EFI_TCP4_TRANSMIT_DATA data;
    uint8_t octets[PIECE];
};

struct sock {
    int used, configured, listening, connecting, closing, gone;
    int ipv6;
    EFI_HANDLE handle;
    EFI_TCP4 *tcp4;
    EFI_TCP6 *tcp6;
    struct place local, remote;
    int result; /* why the connection is no more; OK while there is nothing to tell */
    int ended;
    uint8_t ttl, traffic_class;
    int has_options;
    EFI_TCP4_OPTION options;
    EFI_TCP4_LISTEN_TOKEN accepting;
    EFI_TCP4_CONNECTION_TOKEN attempt;
    EFI_TCP4_CLOSE_TOKEN close;
    struct sending *sendings[TOKENS];
    int queue[QUEUE], queued;
};

static struct sock socks[SOCKETS];
static EFI_BOOT_SERVICES *services;
static EFI_SERVICE_BINDING *bindings[2];
static struct uefi_place here;
static EFI_GUID tcp_guids[2] = {EFI_TCP4_PROTOCOL, EFI_TCP6_PROTOCOL};
static EFI_GUID binding_guids[2] = {EFI_TCP4_SERVICE_BINDING_PROTOCOL, EFI_TCP6_SERVICE_BINDING_PROTOCOL};

/* One call of either protocol, with a token that both know. */
#define CALL(sock, name, token) \
    ((sock)->ipv6 ? (sock)->tcp6->name((sock)->tcp6, (VOID *)(token)) : (sock)->tcp4->name((sock)->tcp4, (VOID *)(token)))

static int told(EFI_STATUS status)
{
    if (status == EFI_SUCCESS)
        return OK;
    if (status == EFI_CONNECTION_FIN)
        return CLOSING;
    if (status == EFI_CONNECTION_RESET || status == EFI_ABORTED)
        return RESET;
    if (status == EFI_CONNECTION_REFUSED)
        return REFUSED;
    if (status == EFI_TIMEOUT)
        return USER_TIMEOUT;
    if (status == EFI_OUT_OF_RESOURCES)
        return NO_RESOURCES;
    if (status == EFI_ACCESS_DENIED || status == EFI_ALREADY_STARTED)
        return EXISTS;
    if (status == EFI_NOT_STARTED || status == EFI_NO_MAPPING)
        return DOES_NOT_EXIST;
    return status == EFI_INVALID_PARAMETER ? CONNECTION_ILLEGAL : NOT_OK;
}

static EFI_EVENT event(void)
{
    EFI_EVENT created = NULL;
    services->CreateEvent(0, 0, NULL, NULL, &created);
    return created;
}

static int signalled(EFI_EVENT of)
{
    return of && services->CheckEvent(of) == EFI_SUCCESS;
}

static int number_of(const struct sock *sock)
{
    return (int)(sock - socks);
}

static struct sock *take(int ipv6)
{
    struct sock *sock;
    for (sock = socks; sock < socks + SOCKETS; sock++)
        if (!sock->used) {
            memset(sock, 0, sizeof *sock);
            sock->used = 1;
            sock->ipv6 = ipv6;
            sock->ttl = 64;
            sock->local.length = sock->remote.length = ipv6 ? 16 : 4;
            return sock;
        }
    return NULL;
}

static void drop_event(EFI_EVENT of)
{
    if (of)
        services->CloseEvent(of);
}

/* Nothing is left of it, neither here nor there. */
static void give_back(struct sock *sock)
{
    int at;
    if (sock->handle)
        bindings[sock->ipv6]->DestroyChild(bindings[sock->ipv6], sock->handle);
    drop_event(sock->accepting.CompletionToken.Event);
    drop_event(sock->attempt.CompletionToken.Event);
    drop_event(sock->close.CompletionToken.Event);
    for (at = 0; at < TOKENS; at++)
        if (sock->sendings[at]) {
            drop_event(sock->sendings[at]->token.CompletionToken.Event);
            services->FreePool(sock->sendings[at]);
        }
    memset(sock, 0, sizeof *sock);
}

static int use(struct sock *sock, EFI_HANDLE handle)
{
    sock->handle = handle;
    return services->HandleProtocol(handle, &tcp_guids[sock->ipv6], sock->ipv6 ? (VOID **)&sock->tcp6 : (VOID **)&sock->tcp4) ==
           EFI_SUCCESS;
}

/* Each is configured once, when it is known what it is for. */
static int configure(struct sock *sock, int active)
{
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = bindings[sock->ipv6]->CreateChild(bindings[sock->ipv6], &handle);
    if (status != EFI_SUCCESS || !use(sock, handle))
        return NO_RESOURCES;
    if (sock->ipv6) {
        EFI_TCP6_CONFIG_DATA data = {0};
        data.TrafficClass = sock->traffic_class;
        data.HopLimit = sock->ttl;
        memcpy(&data.AccessPoint.StationAddress, sock->local.octets, 16);
        memcpy(&data.AccessPoint.RemoteAddress, sock->remote.octets, 16);
        data.AccessPoint.StationPort = sock->local.port;
        data.AccessPoint.RemotePort = sock->remote.port;
        data.AccessPoint.ActiveFlag = (BOOLEAN)active;
        data.ControlOption = sock->has_options ? (EFI_TCP6_OPTION *)&sock->options : NULL;
        status = sock->tcp6->Configure(sock->tcp6, &data);
    } else {
        EFI_TCP4_CONFIG_DATA data = {0};
        data.TypeOfService = sock->traffic_class;
        data.TimeToLive = sock->ttl;
        memcpy(&data.AccessPoint.StationAddress, here.ipv4, 4);
        memcpy(&data.AccessPoint.SubnetMask, here.mask, 4);
        memcpy(&data.AccessPoint.RemoteAddress, sock->remote.octets, 4);
        data.AccessPoint.StationPort = sock->local.port;
        data.AccessPoint.RemotePort = sock->remote.port;
        data.AccessPoint.ActiveFlag = (BOOLEAN)active;
        data.ControlOption = sock->has_options ? &sock->options : NULL;
        status = sock->tcp4->Configure(sock->tcp4, &data);
    }
    if (status != EFI_SUCCESS) {
        bindings[sock->ipv6]->DestroyChild(bindings[sock->ipv6], handle);
        sock->handle = NULL;
        return told(status);
    }
    sock->configured = 1;
    return OK;
}

/* Read both ends and the state. */
static int look(struct sock *sock, int *state)
{
    EFI_STATUS status;
    if (sock->ipv6) {
        EFI_TCP6_CONFIG_DATA data = {0};
        EFI_TCP6_CONNECTION_STATE is = 0;
        status = sock->tcp6->GetModeData(sock->tcp6, &is, &data, NULL, NULL, NULL);
        *state = (int)is;
        memcpy(sock->local.octets, &data.AccessPoint.StationAddress, 16);
        memcpy(sock->remote.octets, &data.AccessPoint.RemoteAddress, 16);
        sock->local.port = data.AccessPoint.StationPort;
        sock->remote.port = data.AccessPoint.RemotePort;
    } else {
        EFI_TCP4_CONFIG_DATA data = {0};
        EFI_TCP4_CONNECTION_STATE is = 0;
        status = sock->tcp4->GetModeData(sock->tcp4, &is, &data, NULL, NULL, NULL);
        *state = (int)is;
        memcpy(sock->local.octets, &data.AccessPoint.StationAddress, 4);
        memcpy(sock->remote.octets, &data.AccessPoint.RemoteAddress, 4);
        sock->local.port = data.AccessPoint.StationPort;
        sock->remote.port = data.AccessPoint.RemotePort;
    }
    return status == EFI_SUCCESS;
}

/* The calls */

static int stack_open(void *with, int address_length, int *socket)
{
    struct sock *sock = take(address_length == 16);
    (void)with;
    if (!sock)
        return NO_RESOURCES;
    *socket = number_of(sock);
    return OK;
}

static int stack_bind(void *with, int socket, const struct place *local)
{
    static const uint8_t any[16];
    const uint8_t *ours = local->length == 16 ? here.ipv6 : here.ipv4;
    (void)with;
    if (socks[socket].configured)
        return CONNECTION_ILLEGAL;
    if (memcmp(local->octets, any, local->length) != 0 && memcmp(local->octets, ours, local->length) != 0)
        return EXISTS;
    socks[socket].local = *local;
    return OK;
}

static int stack_listen(void *with, int socket, int backlog)
{
    struct sock *sock = &socks[socket];
    int result;
    (void)with, (void)backlog;
    if (sock->listening)
        return OK;
    if (sock->configured)
        return EXISTS;
    memset(sock->remote.octets, 0, sizeof sock->remote.octets);
    sock->remote.port = 0;
    result = configure(sock, 0);
    if (result != OK)
        return result == CONNECTION_ILLEGAL ? EXISTS : result; /* that is how a port in use is told */
    sock->accepting.CompletionToken.Event = event();
    result = told(CALL(sock, Accept, &sock->accepting));
    sock->listening = result == OK;
    return result;
}

static void collect(struct sock *listener)
{
    struct sock *sock;
    if (listener->queued == QUEUE || !signalled(listener->accepting.CompletionToken.Event))
        return;
    if (listener->accepting.CompletionToken.Status == EFI_SUCCESS && (sock = take(listener->ipv6)) != NULL) {
        int state;
        use(sock, listener->accepting.NewChildHandle);
        sock->configured = 1;
        look(sock, &state);
        listener->queue[listener->queued++] = number_of(sock);
    }
    CALL(listener, Accept, &listener->accepting);
}

static int stack_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct sock *listener = &socks[socket];
    (void)with;
    if (!listener->listening)
        return CONNECTION_ILLEGAL;
    collect(listener);
    if (!listener->queued)
        return PENDING;
    *accepted = listener->queue[0];
    memmove(listener->queue, listener->queue + 1, (size_t)--listener->queued * sizeof listener->queue[0]);
    *remote = socks[*accepted].remote;
    return OK;
}

static int stack_connect(void *with, int socket, const struct place *remote)
{
    static const uint8_t any[16];
    struct sock *sock = &socks[socket];
    int result, state;
    (void)with;
    if (sock->configured)
        return sock->listening ? CONNECTION_ILLEGAL : EXISTS;
    sock->remote = *remote;
    if (sock->ipv6 && memcmp(sock->local.octets, any, 16) == 0)
        memcpy(sock->local.octets, here.ipv6, 16);
    result = configure(sock, 1);
    if (result != OK)
        return result;
    sock->attempt.CompletionToken.Event = event();
    sock->attempt.CompletionToken.Status = EFI_NOT_READY;
    result = told(CALL(sock, Connect, &sock->attempt));
    sock->connecting = result == OK;
    look(sock, &state);
    return result == OK ? PENDING : result;
}

static int stack_connected(void *with, int socket)
{
    struct sock *sock = &socks[socket];
    (void)with;
    if (sock->connecting && signalled(sock->attempt.CompletionToken.Event)) {
        sock->connecting = 0;
        sock->result = told(sock->attempt.CompletionToken.Status);
    }
    return sock->connecting ? PENDING : sock->result;
}

/* Return a token that is not on its way; NULL when all are. Takes note of how the others ended. */
static struct sending *free_sending(struct sock *sock)
{
    struct sending *found = NULL;
    int at;
    for (at = 0; at < TOKENS; at++) {
        struct sending *one = sock->sendings[at];
        if (!one) {
            VOID *room = NULL;
            if (found || services->AllocatePool(EfiLoaderData, sizeof *one, &room) != EFI_SUCCESS)
                continue;
            one = sock->sendings[at] = room;
            memset(one, 0, sizeof *one);
            one->token.CompletionToken.Event = event();
        }
        if (one->used && signalled(one->token.CompletionToken.Event)) {
            one->used = 0;
            if (one->token.CompletionToken.Status != EFI_SUCCESS && sock->result == OK)
                sock->result = told(one->token.CompletionToken.Status);
        }
        if (!one->used && !found)
            found = one;
    }
    return found;
}

static int stack_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    struct sock *sock = &socks[socket];
    struct sending *one;
    EFI_STATUS status;
    (void)with;
    *taken = 0;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (sock->closing)
        return CLOSING;
    one = free_sending(sock);
    if (sock->result != OK)
        return sock->result;
    if (!one)
        return PENDING;
    length = length < PIECE ? length : PIECE;
    memcpy(one->octets, octets, length);
    one->data.Push = 1;
    one->data.Urgent = flags & URGENT_FLAG && length <= PIECE;
    one->data.DataLength = one->data.FragmentTable[0].FragmentLength = (UINT32)length;
    one->data.FragmentCount = 1;
    one->data.FragmentTable[0].FragmentBuffer = one->octets;
    one->token.Packet.TxData = &one->data;
    one->token.CompletionToken.Status = EFI_NOT_READY;
    one->used = 1;
    status = CALL(sock, Transmit, &one->token);
    if (status != EFI_SUCCESS) {
        one->used = 0;
        return status == EFI_OUT_OF_RESOURCES ? PENDING : told(status);
    }
    *taken = length;
    return OK;
}

/* Asks for what is here and takes the question back when there is nothing: what is not asked for stays in the window. */
static int stack_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    struct sock *sock = &socks[socket];
    EFI_TCP4_RECEIVE_DATA data = {0};
    EFI_TCP4_IO_TOKEN token = {0};
    EFI_STATUS status;
    (void)with;
    *got = 0;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (sock->closing)
        return DOES_NOT_EXIST;
    if (sock->ended)
        return OK;
    data.DataLength = data.FragmentTable[0].FragmentLength = (UINT32)room;
    data.FragmentCount = 1;
    data.FragmentTable[0].FragmentBuffer = octets;
    token.Packet.RxData = &data;
    token.CompletionToken.Event = event();
    token.CompletionToken.Status = EFI_NOT_READY;
    status = CALL(sock, Receive, &token);
    if (status == EFI_SUCCESS) {
        if (!signalled(token.CompletionToken.Event)) {
            CALL(sock, Cancel, &token); /* that signals it, unless something has come meanwhile */
            status = token.CompletionToken.Status == EFI_ABORTED ? EFI_NOT_READY : token.CompletionToken.Status;
        } else {
            status = token.CompletionToken.Status;
        }
    }
    services->CloseEvent(token.CompletionToken.Event);
    if (status == EFI_NOT_READY)
        return PENDING;
    if (status == EFI_CONNECTION_FIN) {
        sock->ended = 1;
        return OK;
    }
    if (status != EFI_SUCCESS)
        return sock->result ? sock->result : (sock->result = told(status));
    *got = data.DataLength;
    return OK;
}

static int begin_close(struct sock *sock, int abort)
{
    sock->closing = 1;
    sock->close.CompletionToken.Event = event();
    sock->close.AbortOnClose = (BOOLEAN)abort;
    return told(CALL(sock, Close, &sock->close));
}

static int stack_shutdown(void *with, int socket, int how)
{
    struct sock *sock = &socks[socket];
    (void)with;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (how == 0)
        return NO_PRIMITIVE;
    return sock->closing ? CLOSING : begin_close(sock, 0);
}

static void end_listener(struct sock *sock)
{
    while (sock->queued) {
        struct sock *waiting = &socks[sock->queue[--sock->queued]];
        begin_close(waiting, 1);
        give_back(waiting);
    }
    give_back(sock);
}

static void stack_abort(void *with, int socket)
{
    struct sock *sock = &socks[socket];
    (void)with;
    if (sock->listening) {
        end_listener(sock);
        return;
    }
    if (sock->configured && !sock->closing)
        begin_close(sock, 1);
    give_back(sock); /* that ends it where it was closing, too */
}

static void stack_close(void *with, int socket)
{
    struct sock *sock = &socks[socket];
    (void)with;
    if (sock->listening)
        end_listener(sock);
    else if (sock->configured && (sock->closing || begin_close(sock, 0) == OK))
        sock->gone = 1;
    else
        give_back(sock);
}

static int stack_local(void *with, int socket, struct place *local)
{
    struct sock *sock = &socks[socket];
    int state;
    (void)with;
    if (sock->configured)
        look(sock, &state);
    *local = sock->local;
    return OK;
}

static int same(const struct sock *sock, const struct flow *flow)
{
    return sock->used && sock->configured && !sock->listening && sock->local.port == flow->local.port &&
           sock->remote.port == flow->remote.port && sock->remote.length == flow->remote.length &&
           memcmp(sock->remote.octets, flow->remote.octets, sock->remote.length) == 0;
}

static int stack_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    static const uint8_t states[] = {1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9}; /* from UEFI's to RFC 4022's */
    struct sock *sock = socket >= 0 ? &socks[socket] : NULL;
    int is = 0;
    (void)with;
    if (!sock || (flow->remote.port && sock->listening)) {
        for (sock = socks; sock < socks + SOCKETS && !same(sock, flow); sock++)
            ;
        /* A half-open connection is nobody's yet, and a closed one is nobody's any more. */
        if (sock == socks + SOCKETS)
            return NO_PRIMITIVE;
    }
    if (sock->configured)
        look(sock, &is);
    *state = is >= 0 && is < (int)sizeof states ? states[is] : STATE_CLOSED;
    return OK;
}

static int stack_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    struct sock *sock = &socks[socket];
    uint32_t number = 0;
    size_t at;
    (void)with;
    if (sock->configured) /* its options are given with the OPEN, and never again */
        return NO_PRIMITIVE;
    if (length < 1 || length > 4)
        return INVALID_PARAMETER;
    for (at = 0; at < length; at++)
        number = number << 8 | value[at];
    if (!sock->has_options)
        sock->options.EnableNagle = sock->options.EnableTimeStamp = sock->options.EnableWindowScaling = 1;
    switch (parameter) {
    case TTL: sock->ttl = (uint8_t)number; return OK;
    case TRAFFIC_CLASS: sock->traffic_class = (uint8_t)number; return OK;
    case TOS:
        if (sock->ipv6)
            return INVALID_PARAMETER;
        sock->traffic_class = (uint8_t)number;
        return OK;
    case NAGLE: sock->options.EnableNagle = (BOOLEAN)number; break;
    case RECEIVE_BUFFER: sock->options.ReceiveBufferSize = number; break;
    case SEND_BUFFER: sock->options.SendBufferSize = number; break;
    case KEEP_ALIVE: sock->options.KeepAliveProbes = number ? 8 : 0; break;
    case KEEP_ALIVE_IDLE: sock->options.KeepAliveTime = number; break;
    case KEEP_ALIVE_INTERVAL: sock->options.KeepAliveInterval = number; break;
    case KEEP_ALIVE_COUNT: sock->options.KeepAliveProbes = number; break;
    default: return INVALID_PARAMETER;
    }
    sock->has_options = 1;
    return OK;
}

static int stack_ready(void *with, int socket, int mask)
{
    struct sock *sock = &socks[socket];
    (void)with;
    if (sock->listening) {
        collect(sock);
        return sock->queued ? mask & WATCH_READ : 0;
    }
    return mask; /* UEFI does not tell: it is tried */
}

int uefi_poll(void)
{
    int family, busy = 0;
    struct sock *sock;
    for (family = 0; family < 2; family++)
        for (sock = socks; sock < socks + SOCKETS; sock++)
            if (sock->used && sock->configured && sock->ipv6 == family) {
                busy |= (family ? sock->tcp6->Poll(sock->tcp6) : sock->tcp4->Poll(sock->tcp4)) == EFI_SUCCESS;
                break;
            }
    for (sock = socks; sock < socks + SOCKETS; sock++)
        if (sock->gone && signalled(sock->close.CompletionToken.Event))
            give_back(sock);
    return busy;
}

/* IPv6 addresses are the interface's, by EFI_IP6_CONFIG_PROTOCOL, which gnu-efi does not have. */
struct ip6_config {
    EFI_STATUS(EFIAPI *set)(struct ip6_config *this, UINT32 what, UINTN size, VOID *value);
};

static void give_address(EFI_HANDLE handle)
{
    static EFI_GUID guid = {0x937fe521, 0x95ae, 0x4d1a, {0x89, 0x29, 0x48, 0xbc, 0xd9, 0x0a, 0xd3, 0x1a}};
    enum { POLICY = 2, DETECTION = 3, ADDRESS = 4 };
    struct ip6_config *config;
    UINT32 nothing = 0; /* manual; no duplicate is looked for: nobody else is on this link */
    struct {
        uint8_t address[16];
        BOOLEAN anycast;
        UINT8 bits;
    } address = {{0}, 0, here.bits};
    memcpy(address.address, here.ipv6, 16);
    if (services->HandleProtocol(handle, &guid, (VOID **)&config) != EFI_SUCCESS)
        return;
    config->set(config, POLICY, sizeof nothing, &nothing);
    config->set(config, DETECTION, sizeof nothing, &nothing);
    config->set(config, ADDRESS, sizeof address, &address);
}

static int usable(int family)
{
    struct sock *sock = take(family);
    int result, waits;
    for (waits = 0; waits < WAITS; waits++) {
        sock->local.port = 1;
        memcpy(sock->local.octets, family ? here.ipv6 : here.ipv4, family ? 16 : 4);
        result = configure(sock, 0);
        if (result == OK || !family)
            break;
        uefi_wait();
    }
    give_back(sock);
    return result == OK;
}

static EFI_SERVICE_BINDING *find_binding(int family)
{
    EFI_HANDLE *handles;
    EFI_SERVICE_BINDING *found = NULL;
    UINTN count;
    if (services->LocateHandleBuffer(ByProtocol, &binding_guids[family], NULL, &count, &handles) != EFI_SUCCESS)
        return NULL;
    services->HandleProtocol(handles[0], &binding_guids[family], (VOID **)&found);
    if (family)
        give_address(handles[0]);
    return found;
}

/* The firmware may have started no network driver: nothing was booted from there. */
static void start_network(void)
{
    EFI_HANDLE *handles;
    UINTN count, at;
    if (services->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles) == EFI_SUCCESS)
        for (at = 0; at < count; at++)
            services->ConnectController(handles[at], NULL, NULL, 1);
}

int uefi_begin(struct stack *stack, EFI_BOOT_SERVICES *of, const struct uefi_place *place)
{
    static const struct stack calls = {
        .open = stack_open,
        .bind = stack_bind,
        .listen = stack_listen,
        .accept = stack_accept,
        .connect = stack_connect,
        .connected = stack_connected,
        .send = stack_send,
        .receive = stack_receive,
        .shutdown = stack_shutdown,
        .close = stack_close,
        .abort = stack_abort,
        .local = stack_local,
        .state = stack_state,
        .configure = stack_configure,
        .ready = stack_ready,
    };
    int family, found = 0;
    *stack = calls;
    services = of;
    here = *place;
    start_network();
    for (family = 0; family < 2; family++) {
        bindings[family] = find_binding(family);
        if (bindings[family] && usable(family))
            found |= 1 << family;
    }
    return found;
}
