/* The numbers of the AUTOSAR Testability Protocol (document 778, test capability 1.2.0), and our private ones.
 * ../protocol.py and ../primitives.py say more about them. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define SERVICE 0x0105
#define DEFAULT_PORT 10000
#define IDENTITY "tcp-conformance agent"

enum { HEADER = 16, COVERED = 8, EVENT_BIT = 0x80 };
enum kind { REQUEST = 0x00, EVENT = 0x02, RESPONSE = 0x80 };
enum group { GENERAL = 0x00, TCP = 0x02 };

/* What follows the group in the header: PRIMITIVE(group, number). */
#define PRIMITIVE(group, number) ((group) << 8 | (number))
enum primitive {
    GET_VERSION = PRIMITIVE(GENERAL, 0x01),
    START_TEST = PRIMITIVE(GENERAL, 0x02),
    END_TEST = PRIMITIVE(GENERAL, 0x03),
    IDENTIFY = PRIMITIVE(GENERAL, 0x7F),
    CLOSE_SOCKET = PRIMITIVE(TCP, 0x00),
    CREATE_AND_BIND = PRIMITIVE(TCP, 0x01),
    SEND_DATA = PRIMITIVE(TCP, 0x02),
    RECEIVE_AND_FORWARD = PRIMITIVE(TCP, 0x03),
    LISTEN_AND_ACCEPT = PRIMITIVE(TCP, 0x04),
    CONNECT = PRIMITIVE(TCP, 0x05),
    CONFIGURE_SOCKET = PRIMITIVE(TCP, 0x06),
    SHUTDOWN = PRIMITIVE(TCP, 0x07),
    GET_PARAMETER = PRIMITIVE(TCP, 0x7B),
    OPEN_AND_SEND = PRIMITIVE(TCP, 0x7A),
    STATUS = PRIMITIVE(TCP, 0x77),
    AT_MARK = PRIMITIVE(TCP, 0x78),
    ERRORS = PRIMITIVE(TCP, 0x7C),
    URGENT_DATA = PRIMITIVE(TCP, 0x7D),
    BIND = PRIMITIVE(TCP, 0x7E),
    SOCKET_STATE = PRIMITIVE(TCP, 0x7F)
};

enum result {
    OK = 0x00,
    NOT_OK = 0x01,
    REFUSED = 0xE2,
    USER_TIMEOUT = 0xE3,
    RESET = 0xE4,
    DOES_NOT_EXIST = 0xE5,
    CLOSING = 0xE6,
    EXISTS = 0xE7,
    NO_RESOURCES = 0xE8,
    CONNECTION_ILLEGAL = 0xE9,
    CANNOT_BIND = 0xED,
    CANNOT_CREATE = 0xEE,
    BAD_SOCKET = 0xEF,
    INVALID_PARAMETER = 0xFC,
    PENDING = 0xFE,
    NO_PRIMITIVE = 0xFF
};

enum parameter {
    TTL = 0,
    TRAFFIC_CLASS = 1,
    DONT_FRAGMENT = 2,
    IP_TIMESTAMP = 3,
    TOS = 4,
    MSS = 5,
    NAGLE = 6,
    RECEIVE_BUFFER = 0xFFFF,
    SEND_BUFFER = 0xFFFE,
    KEEP_ALIVE = 0xFFFD,
    KEEP_ALIVE_IDLE = 0xFFFC,
    KEEP_ALIVE_INTERVAL = 0xFFFB,
    KEEP_ALIVE_COUNT = 0xFFFA,
    USER_TIMEOUT_AFTER = 0xFFF9,
    URGENT_INLINE = 0xFFF8,
    REUSE_ADDRESS = 0xFFF7,
    BACKLOG = 0xFFF6,
    FIN_WAIT_2_TIMEOUT = 0xFFF5,
    SYN_RETRIES = 0xFFF4,
    WINDOW_CLAMP = 0xFFF3,
    ERROR_REPORTS = 0xFFF2,
    CONGESTION_CONTROL = 0xFFF1,
    LONGEST_TIMEOUT = 0xFFEF,
    RECEIVED_TRAFFIC_CLASS = 0xFFEE
};

/* Flags of SEND_DATA: as the control bits stand in the TCP header. */
enum { URGENT_FLAG = 0x20, PUSH_FLAG = 0x08 };

/* What URGENT_DATA tells. */
enum urgent { URGENT_NONE = 0, URGENT_ANNOUNCED = 1, URGENT_TAKEN = 2 };

/* What ERRORS tells of a connection that goes on: it is 1 << of these here. */
enum report { REPORT_ICMP = 1, REPORT_RETRANSMISSIONS = 2, REPORT_URGENT = 3, REPORT_LAST = 3 };

/* States in the numbering of RFC 4022. */
enum { STATE_CLOSED = 1, STATE_LISTEN = 2, STATE_LAST = 11 };

enum { ANY_PORT = 0xFFFF, UNLIMITED = 0xFFFF };

#endif
