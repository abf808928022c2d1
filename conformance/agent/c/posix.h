/* The stack behind POSIX sockets. */
#ifndef POSIX_H
#define POSIX_H

#include <poll.h>
#include <sys/socket.h>

#include "stack.h"

enum { POSIX_SOCKETS = 4096 }; /* no socket under test has a higher number */

/* Fill the table. `interface` is the number of the one that link-local addresses belong to, 0 to find out. */
void posix_begin(struct stack *stack, unsigned interface);
/* Wait up to so many milliseconds (-1: without end) for a watched socket, or for one of `others`. */
void posix_wait(struct pollfd *others, size_t count, int milliseconds);

/* posix_wait.c */
void posix_wait_begin(void);
int posix_urgent_news(void *with);
void posix_watch(void *with, int socket, int mask);
int posix_ready(void *with, int socket, int mask);
/* posix_values.c */
int posix_result(int number);
socklen_t posix_address(const struct place *place, unsigned interface, struct sockaddr_storage *address);
void posix_place(const struct sockaddr_storage *address, struct place *place);

/* posix_reports.c */
int posix_reports(void *with, int socket, int asking, unsigned *reports);
/* Whether an error only reports something of a connection that goes on; it is noted then. */
int posix_soft(int socket, int number);
/* How its connection has ended, where posix_reports was told that in place of a call; else OK. */
int posix_end(int socket);
/* Forget what was noted of an earlier socket of that number, or of an earlier connection. */
void posix_no_reports(int socket);
/* posix_options.c */
int posix_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length);
int posix_parameter(void *with, int socket, int parameter, uint32_t *value);
/* posix_traffic_class.c */
int posix_remember_traffic_class(int socket, int ipv6, int32_t on);
int posix_received_traffic_class(int socket, int ipv6, uint32_t *value);
/* posix_numbers.c */
int posix_numbers(void *with, int socket, struct numbers *numbers);
/* posix_state.c */
int posix_state(void *with, int socket, const struct flow *flow, uint8_t *state);
/* posix_scope.c: the interface of a link-local address, 0 where that cannot be known */
unsigned posix_scope(const uint8_t octets[16]);

#endif
