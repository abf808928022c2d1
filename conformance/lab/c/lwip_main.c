/* lwIP on whole frames: `lwip FRAMES IPV4 MASK IPV6`, where FRAMES is the number of a descriptor that gives and takes them.
 * The agent is controlled over standard input and output. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent.h"
#include "lwip.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcpip.h"
#include "netif/ethernet.h"
#include "services.h"
#include "stream.h"

enum { FRAME = 2048 };

static int frames, woken;
static sigjmp_buf after_frame;
static volatile sig_atomic_t in_frame;
static struct netif net;

static void wake(void)
{
    (void)!write(woken, &(uint64_t){1}, sizeof(uint64_t));
}

static err_t output(struct netif *from, struct pbuf *octets)
{
    uint8_t frame[FRAME];
    u16_t length = pbuf_copy_partial(octets, frame, sizeof frame, 0);
    (void)from;
    return write(frames, frame, length) == length ? ERR_OK : ERR_IF;
}

static err_t initialize(struct netif *it)
{
    it->name[0] = 'l', it->name[1] = 'w';
    it->output = etharp_output;
    it->output_ip6 = ethip6_output;
    it->linkoutput = output;
    it->mtu = 1500;
    it->hwaddr_len = 6;
    memcpy(it->hwaddr, "\x02\0\0\0\0\x02", 6);
    it->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6 |
                NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void up(void *signal)
{
    sys_sem_signal(signal);
}

static void start(char **words)
{
    sys_sem_t ready;
    ip4_addr_t address, mask;
    ip6_addr_t address6;
    s8_t at;
    sys_sem_new(&ready, 0);
    tcpip_init(up, &ready);
    sys_sem_wait(&ready);
    ip4addr_aton(words[2], &address);
    ip4addr_aton(words[3], &mask);
    ip6addr_aton(words[4], &address6);
    LOCK_TCPIP_CORE();
    netif_add(&net, &address, &mask, IP4_ADDR_ANY4, NULL, initialize, tcpip_input);
    netif_set_default(&net);
    netif_create_ip6_linklocal_address(&net, 1);
    netif_add_ip6_address(&net, &address6, &at);
    netif_ip6_addr_set_state(&net, 0, IP6_ADDR_PREFERRED); /* nobody else is on this link */
    netif_ip6_addr_set_state(&net, at, IP6_ADDR_PREFERRED);
    netif_set_up(&net);
    UNLOCK_TCPIP_CORE();
}

/* In the place of the C library's: Debian's lwIP asserts, and some segments make it fail. Such a one is dropped, so that the
 * other connections can still be judged; what it has allocated for it is lost. */
void abort(void)
{
    if (in_frame)
        siglongjmp(after_frame, 1);
    _exit(134);
}

static void take_frame(const uint8_t *frame, u16_t length)
{
    struct pbuf *octets = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);
    if (!octets)
        return;
    pbuf_take(octets, frame, length);
    in_frame = 1;
    if (sigsetjmp(after_frame, 0) == 0 && ethernet_input(octets, &net) != ERR_OK)
        pbuf_free(octets);
    in_frame = 0;
    tcp_input_pcb = NULL; /* after a segment that was dropped lwIP would hold back what this connection has to send */
}

static void take_frames(void)
{
    uint8_t frame[FRAME];
    ssize_t length;
    while ((length = read(frames, frame, sizeof frame)) > 0)
        take_frame(frame, (u16_t)length);
}

/* lwIP's thread looks at its timers only after it was woken: ours may have been set meanwhile. */
static void look_again(void *nothing)
{
    (void)nothing;
}

int main(int count, char **words)
{
    static struct stack stack;
    static const int lengths[2] = {4, 16};
    int control = 1, busy = 0, out = dup(1);
    if (count != 5)
        return 2;
    dup2(2, 1); /* what lwIP has to say shall not end up in the stream */
    frames = atoi(words[1]);
    woken = eventfd(0, EFD_NONBLOCK);
    start(words);
    LOCK_TCPIP_CORE();
    lwip_begin(&stack, wake);
    if (!services_begin(&stack, lengths))
        return 1;
    stream_begin(&stack, 0, out);
    UNLOCK_TCPIP_CORE();
    while (control) {
        struct pollfd sources[] = {{0, POLLIN, 0}, {frames, POLLIN, 0}, {woken, POLLIN, 0}};
        uint64_t times;
        poll(sources, 3, busy ? 0 : 1000);
        if (sources[2].revents)
            (void)!read(woken, &times, sizeof times);
        LOCK_TCPIP_CORE();
        if (sources[1].revents)
            take_frames();
        if (sources[0].revents)
            control = stream_take(stream_now());
        agent_turn(stream_now());
        services_turn();
        busy = lwip_pending();
        UNLOCK_TCPIP_CORE();
        if (sources[0].revents || sources[1].revents || busy)
            tcpip_try_callback(look_again, NULL);
    }
    return 0;
}
