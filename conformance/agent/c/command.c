#include "command.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix.h"
#include "protocol.h"

static const char usage[] =
    "usage: tcp-agent --bind ADDRESS[:PORT] --allow ADDRESS[/BITS] [...]\n"
    "Lets a tester drive the TCP of this system: opens, uses and closes sockets as the AUTOSAR Testability Protocol asks.\n"
    "The protocol knows no passwords. Bind to an address of a network that only the tester shares, and allow only the\n"
    "tester's address; everybody else gets no answer. No privilege is needed.\n\n"
    "  --bind ADDRESS[:PORT]    listen for requests here (UDP, port 10000; IPv6 with a port as [ADDRESS]:PORT); repeatable\n"
    "  --allow ADDRESS[/BITS]   answer this address or network; repeatable\n"
    "  --interface NAME         the interface of link-local addresses under test, where there are several\n"
    "  --idle SECONDS           reset what a tester opened when it has asked nothing for so long (300)\n"
    "  --max-sockets N          most sockets in all (1024)\n"
    "  --max-per-session N      most sockets of one control address (256)\n"
    "  --fd N                   serve on this open UDP socket, too\n";

static void give_up(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("tcp-agent: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\ntcp-agent --help tells more\n", stderr);
    va_end(values);
    exit(2);
}

/* Read an IP address as text into `place`, with the scope after a `%`; 0 when it is none. */
static int read_place(const char *text, struct place *place)
{
    char plain[INET6_ADDRSTRLEN];
    const char *scope = strchr(text, '%');
    size_t length = scope ? (size_t)(scope - text) : strlen(text);
    memset(place, 0, sizeof *place);
    if (length >= sizeof plain)
        return 0;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (scope)
        place->scope = if_nametoindex(scope + 1);
    if (inet_pton(AF_INET, plain, place->octets) == 1)
        place->length = 4;
    else if (inet_pton(AF_INET6, plain, place->octets) == 1)
        place->length = 16;
    return place->length != 0;
}

/* Read a whole number up to `most`; -1 when it is none. */
static long read_number(const char *text, long most)
{
    char *end;
    long number;
    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    number = strtol(text, &end, 10);
    return *end || errno || number > most ? -1 : number;
}

static void add_control(struct command *command, int control)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    struct place place;
    char text[INET6_ADDRSTRLEN];
    if (command->control_count == CONTROLS)
        give_up("at most %d control sockets", CONTROLS);
    if (getsockname(control, (struct sockaddr *)&address, &size) < 0)
        give_up("file descriptor %d: %s", control, strerror(errno));
    posix_place(&address, &place);
    inet_ntop(place.length == 16 ? AF_INET6 : AF_INET, place.octets, text, sizeof text);
    printf("agent on %s port %u\n", text, place.port);
    command->controls[command->control_count++] = control;
}

/* Listen on `1.2.3.4`, `1.2.3.4:5`, `fd00::1` or `[fd00::1]:5`. */
static void bind_control(struct command *command, const char *text)
{
    char address[64];
    const char *colon = strrchr(text, ':'), *end = text + strlen(text);
    struct sockaddr_storage where;
    struct place place;
    long port = DEFAULT_PORT;
    int control, on = 1;
    socklen_t size;
    if (*text == '[' && (end = strchr(text, ']')) != NULL) {
        text++;
        port = end[1] == ':' ? read_number(end + 2, 0xFFFF) : end[1] ? -1 : port;
    } else if (colon && strchr(text, ':') == colon) {
        end = colon;
        port = read_number(colon + 1, 0xFFFF);
    }
    if (!end || (size_t)(end - text) >= sizeof address || port < 0)
        give_up("--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT");
    memcpy(address, text, (size_t)(end - text));
    address[end - text] = '\0';
    if (!read_place(address, &place))
        give_up("--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT");
    place.port = (uint16_t)port;
    size = posix_address(&place, 0, &where);
    control = socket(where.ss_family, SOCK_DGRAM, 0);
    if (control >= 0 && where.ss_family == AF_INET6)
        setsockopt(control, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (control < 0 || bind(control, (struct sockaddr *)&where, size) < 0)
        give_up("cannot listen on %s port %ld: %s", address, port, strerror(errno));
    add_control(command, control);
}

static void take_control(struct command *command, const char *text)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address, kind_size;
    int number = (int)read_number(text, 0xFFFF), kind = 0;
    kind_size = sizeof kind;
    if (number < 0 || getsockname(number, (struct sockaddr *)&address, &size) < 0 ||
        (address.ss_family != AF_INET && address.ss_family != AF_INET6) ||
        getsockopt(number, SOL_SOCKET, SO_TYPE, &kind, &kind_size) < 0 || kind != SOCK_DGRAM)
        give_up("file descriptor %s is no UDP socket", text);
    add_control(command, number);
}

static void allow(struct command *command, const char *text)
{
    char address[64];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    struct place place;
    long bits;
    if (command->allowed_count == NETWORKS)
        give_up("at most %d times --allow", NETWORKS);
    if (length >= sizeof address)
        length = 0;
    memcpy(address, text, length);
    address[length] = '\0';
    if (!read_place(address, &place))
        give_up("--allow takes an address or a network, not %s", text);
    bits = slash ? read_number(slash + 1, 8L * place.length) : 8L * place.length;
    if (bits < 0)
        give_up("--allow takes an address or a network, not %s", text);
    command->allowed[command->allowed_count].place = place;
    command->allowed[command->allowed_count++].bits = (unsigned)bits;
}

static int in_network(const uint8_t *octets, const uint8_t *network, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(octets, network, whole) == 0 && (!rest || (octets[whole] ^ network[whole]) >> (8 - rest) == 0);
}

int command_allows(const struct command *command, const struct place *place)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    int as_ipv4 = place->length == 16 && memcmp(place->octets, mapped, sizeof mapped) == 0, at;
    const uint8_t *octets = place->octets + (as_ipv4 ? sizeof mapped : 0);
    for (at = 0; at < command->allowed_count; at++)
        if (command->allowed[at].place.length == (as_ipv4 ? 4 : place->length) &&
            in_network(octets, command->allowed[at].place.octets, command->allowed[at].bits))
            return 1;
    return 0;
}

static unsigned read_count(const char *name, const char *text)
{
    long number = read_number(text, 0xFFFE);
    if (number < 1)
        give_up("%s takes a number from 1 to 65534, not %s", name, text);
    return (unsigned)number;
}

static unsigned read_idle(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end || !(seconds > 0 && seconds < 4e6))
        give_up("--idle takes a number of seconds above 0, not %s", text);
    return seconds < 0.001 ? 1 : (unsigned)(seconds * 1000);
}

static void read_option(struct command *command, const char *name, const char *value)
{
    if (!strcmp(name, "--bind"))
        bind_control(command, value);
    else if (!strcmp(name, "--fd"))
        take_control(command, value);
    else if (!strcmp(name, "--allow"))
        allow(command, value);
    else if (!strcmp(name, "--idle"))
        command->limits.idle = read_idle(value);
    else if (!strcmp(name, "--max-sockets"))
        command->limits.sockets = read_count(name, value);
    else if (!strcmp(name, "--max-per-session"))
        command->limits.sockets_per_session = read_count(name, value);
    else if (!strcmp(name, "--interface") && (command->interface = if_nametoindex(value)) == 0)
        give_up("no interface %s", value);
    else if (strcmp(name, "--interface") != 0)
        give_up("what is %s?", name);
}

void command_read(struct command *command, int count, char **words)
{
    int at;
    memset(command, 0, sizeof *command);
    command->limits.sockets = 1024;
    command->limits.sockets_per_session = 256;
    command->limits.idle = 300000;
    for (at = 1; at < count; at += 2) {
        if (!strcmp(words[at], "--help") || !strcmp(words[at], "-h")) {
            fputs(usage, stdout);
            exit(0);
        }
        if (at + 1 == count)
            give_up("%s wants a value", words[at]);
        read_option(command, words[at], words[at + 1]);
    }
    if (!command->control_count)
        give_up("say where to listen: --bind ADDRESS[:PORT]");
    if (!command->allowed_count)
        give_up("say who is answered: --allow ADDRESS");
    fflush(stdout);
}
