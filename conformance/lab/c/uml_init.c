/* The first process of User-Mode Linux: `init`, with T4=ADDRESS/MASK and T6=ADDRESS/LENGTH in its environment. It brings the
 * network up, and becomes the agent. Its root is a directory of the host, which it only reads. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct in6_request {
    struct in6_addr address;
    uint32_t length;
    int interface;
};

static const char *const interface = "vec0";

static void write_to(const char *path, const char *value)
{
    int file = open(path, O_WRONLY);
    if (file < 0 || write(file, value, strlen(value)) < 0)
        perror(path);
    close(file);
}

static void insert(const char *module)
{
    int file = open(module, O_RDONLY | O_CLOEXEC);
    if (file >= 0 && syscall(SYS_finit_module, file, "", 0) < 0)
        perror(module);
    close(file);
}

static void request(int socket, unsigned long number, void *data, const char *what)
{
    if (ioctl(socket, number, data) < 0)
        perror(what);
}

static struct ifreq named(const char *name)
{
    struct ifreq it;
    memset(&it, 0, sizeof it);
    strncpy(it.ifr_name, name, IFNAMSIZ - 1);
    return it;
}

static void up(int socket, const char *name)
{
    struct ifreq it = named(name);
    request(socket, SIOCGIFFLAGS, &it, name);
    it.ifr_flags |= IFF_UP;
    request(socket, SIOCSIFFLAGS, &it, name);
}

/* Otherwise the host's link would carry segments of 4 kB, and checksums that nobody computed. */
static void turn_off_offloads(int socket)
{
    static const uint32_t commands[] = {ETHTOOL_SRXCSUM, ETHTOOL_SGRO, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SSG, ETHTOOL_STXCSUM};
    size_t at;
    for (at = 0; at < sizeof commands / sizeof commands[0]; at++) {
        struct ethtool_value value = {commands[at], 0};
        struct ifreq it = named(interface);
        it.ifr_data = (char *)&value;
        ioctl(socket, SIOCETHTOOL, &it); /* one that it does not have is off */
    }
}

static void give_ipv4(int socket, char *text)
{
    struct ifreq it = named(interface);
    struct sockaddr_in *address = (struct sockaddr_in *)&it.ifr_addr;
    char *mask = strchr(text, '/');
    *mask++ = 0;
    address->sin_family = AF_INET;
    inet_pton(AF_INET, text, &address->sin_addr);
    request(socket, SIOCSIFADDR, &it, "IPv4 address");
    inet_pton(AF_INET, mask, &address->sin_addr);
    request(socket, SIOCSIFNETMASK, &it, "IPv4 mask");
}

static void give_ipv6(char *text)
{
    int socket6 = socket(AF_INET6, SOCK_DGRAM, 0);
    struct in6_request it;
    char *length = strchr(text, '/');
    *length++ = 0;
    inet_pton(AF_INET6, text, &it.address);
    it.length = (uint32_t)atoi(length);
    it.interface = (int)if_nametoindex(interface);
    request(socket6, SIOCSIFADDR, &it, "IPv6 address");
    close(socket6);
}

int main(void)
{
    char *ipv4 = getenv("T4"), *ipv6 = getenv("T6"), *line = getenv("CTL");
    int sockets;
    mount("none", "/proc", "proc", 0, NULL);
    mount("none", "/dev", "devtmpfs", 0, NULL);
    insert("/crc-ccitt.ko");
    insert("/ipv6.ko");
    write_to("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
    write_to("/proc/sys/net/ipv4/tcp_congestion_control", "reno");
    write_to("/proc/sys/net/ipv4/conf/all/accept_source_route", "1"); /* a host's TCP may refuse them, by default */
    write_to("/proc/sys/net/ipv6/conf/vec0/accept_dad", "0");
    write_to("/proc/sys/net/ipv6/conf/vec0/router_solicitations", "0");
    sockets = socket(AF_INET, SOCK_DGRAM, 0);
    turn_off_offloads(sockets);
    up(sockets, "lo");
    give_ipv4(sockets, ipv4);
    up(sockets, interface);
    give_ipv6(ipv6);
    close(sockets);
    execl("/agent", "/agent", line, (char *)NULL);
    perror("/agent");
    return 1;
}
