/*
 * What is ours in the module _spandsp: what must not cost a call into Python.
 *
 * The packets of a step are collected in a queue, and those that carry image go
 * from there to the socket, framed as UDPTL (ITU-T T.38 (09/2010) section 9.1). Image
 * is nine tenths of all packets of a fax, one in 30 ms and call; the rest, which the
 * journal wants to see, waits in the queue for Python.
 *
 * libtiff speaks through a va_list, which Python cannot read, so one function formats
 * it.
 */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <tiffio.h>
#include <spandsp.h>

/* What a step makes is collected here: a call into Python for each packet costs
   more than all the rest of the step. */
#define ECOFAX_QUEUE_HEAD 3

typedef struct {
    uint8_t *octets;
    int used;
    int room;
    int packets;
    int most;
} ecofax_queue_t;

static int ecofax_queue_packet(t38_core_state_t *s, void *user_data,
                               const uint8_t *buf, int len, int count)
{
    ecofax_queue_t *queue = user_data;
    uint8_t *at;
    int wanted = queue->used + ECOFAX_QUEUE_HEAD + len;

    if (queue->packets >= queue->most || len < 0 || len > 0xFFFF)
        return -1;
    if (wanted > queue->room) {
        int room = 2 * wanted;

        if ((at = realloc(queue->octets, room)) == NULL)
            return -1;
        queue->octets = at;
        queue->room = room;
    }
    at = queue->octets + queue->used;
    at[0] = len >> 8;
    at[1] = len & 0xFF;
    at[2] = count < 0xFF ? count : 0xFF;
    memcpy(at + ECOFAX_QUEUE_HEAD, buf, len);
    queue->used = wanted;
    queue->packets++;
    return 0;
}

static void ecofax_free_queue(ecofax_queue_t *queue)
{
    free(queue->octets);
    queue->octets = NULL;
    queue->used = queue->room = queue->packets = 0;
}

/* FCD and RCP, hundreds a page, are the image itself, in error correction, and no
   control frames. T.30 (09/2005) Annex A section 4 */
static void ecofax_on_frame(t30_state_t *s, void *user_data, int incoming,
                            const uint8_t *msg, int len);

static void ecofax_pass_frame(t30_state_t *s, void *user_data, int incoming,
                              const uint8_t *msg, int len)
{
    if (len <= 2 || ((msg[2] & 0xFE) != 0x06 && (msg[2] & 0xFE) != 0x86))
        ecofax_on_frame(s, user_data, incoming, msg, len);
}

static void ecofax_on_tiff(int is_error, const char *text);

static void ecofax_format_tiff(int is_error, const char *module,
                               const char *format, va_list values)
{
    char text[512];
    int used = snprintf(text, sizeof(text), "%s: ", module ? module : "libtiff");

    if (used < 0 || (size_t) used >= sizeof(text))
        used = 0;
    vsnprintf(text + used, sizeof(text) - used, format, values);
    ecofax_on_tiff(is_error, text);
}

static void ecofax_tiff_error(const char *module, const char *format, va_list values)
{
    ecofax_format_tiff(1, module, format, values);
}

static void ecofax_tiff_warning(const char *module, const char *format, va_list values)
{
    ecofax_format_tiff(0, module, format, values);
}

static void ecofax_hear_libtiff(void)
{
    TIFFSetErrorHandler(ecofax_tiff_error);
    TIFFSetWarningHandler(ecofax_tiff_warning);
}

#define ECOFAX_MAX_REACH 8
#define ECOFAX_MAX_IFP 0x3FFF
#define ECOFAX_KEPT_OCTETS 1024
#define ECOFAX_TOO_LONG 0x40000000

/* A packet of an earlier datagram, with its length before it. One that is longer than
   any datagram repeats has only its size. */
typedef struct {
    int size;
    uint8_t octets[ECOFAX_KEPT_OCTETS];
} ecofax_kept_t;

typedef struct {
    int max_datagram;
    int small_datagram;
    int redundancy;
    int reach;
    unsigned int sequence;
    uint8_t *datagram;
    int size;
    int room;
    int kept;
    int newest;
    ecofax_kept_t packets[ECOFAX_MAX_REACH];
} ecofax_udptl_t;

typedef struct {
    int fd;
    unsigned int address_size;
    uint8_t address[128];
} ecofax_door_t;

/* Earlier packets, the newest first: the usual number where the peer takes so large a
   datagram, more where it stays small. */
static int ecofax_earlier(const ecofax_udptl_t *udptl, int size)
{
    int count;

    for (count = 0; count < udptl->kept; count++) {
        int limit = count < udptl->redundancy ? udptl->max_datagram
                                              : udptl->small_datagram;

        size += udptl->packets[(udptl->newest + count) % udptl->reach].size;
        if (size > limit)
            break;
    }
    return count;
}

static void ecofax_keep(ecofax_udptl_t *udptl, const uint8_t *packet, int size)
{
    ecofax_kept_t *kept;

    if (udptl->reach == 0)
        return;
    udptl->newest = (udptl->newest + udptl->reach - 1) % udptl->reach;
    if (udptl->kept < udptl->reach)
        udptl->kept++;
    kept = &udptl->packets[udptl->newest];
    kept->size = size <= ECOFAX_KEPT_OCTETS ? size : ECOFAX_TOO_LONG;
    if (size <= ECOFAX_KEPT_OCTETS)
        memcpy(kept->octets, packet, size);
}

/* Write the datagram for the next packet; where its own packet ends, or -1. */
static int ecofax_frame(ecofax_udptl_t *udptl, const uint8_t *ifp, int len)
{
    int head = len < 0x80 ? 3 : 4;
    int most = head + len + 2 + udptl->reach * ECOFAX_KEPT_OCTETS;
    int count = ecofax_earlier(udptl, head + len + 2);
    int each;
    uint8_t *at;

    if (len < 0 || len > ECOFAX_MAX_IFP)
        return -1;
    if (most > udptl->room) {
        if ((at = realloc(udptl->datagram, most)) == NULL)
            return -1;
        udptl->datagram = at;
        udptl->room = most;
    }
    at = udptl->datagram;
    *at++ = udptl->sequence >> 8 & 0xFF;
    *at++ = udptl->sequence & 0xFF;
    if (len >= 0x80)
        *at++ = 0x80 | len >> 8;
    *at++ = len & 0xFF;
    memcpy(at, ifp, len);
    at += len;
    *at++ = 0; /* redundancy, no parity */
    *at++ = count;
    for (each = 0; each < count; each++) {
        const ecofax_kept_t *kept =
            &udptl->packets[(udptl->newest + each) % udptl->reach];

        memcpy(at, kept->octets, kept->size);
        at += kept->size;
    }
    udptl->size = at - udptl->datagram;
    return head + len;
}

static void ecofax_framed(ecofax_udptl_t *udptl, int end)
{
    ecofax_keep(udptl, udptl->datagram + 2, end - 2);
    udptl->sequence++;
}

/* Write the datagram for the next packet, and count it as sent; its size, or -1. */
static int ecofax_send_udptl(ecofax_udptl_t *udptl, const uint8_t *ifp, int len)
{
    int end = ecofax_frame(udptl, ifp, len);

    if (end < 0)
        return -1;
    ecofax_framed(udptl, end);
    return udptl->size;
}

static void ecofax_free_udptl(ecofax_udptl_t *udptl)
{
    free(udptl->datagram);
    udptl->datagram = NULL;
    udptl->size = udptl->room = 0;
}

/* 0, or -1 if *host* is no IP literal. */
static int ecofax_open_door(ecofax_door_t *door, int fd, const char *host, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    door->fd = fd;
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        door->address_size = sizeof(v4);
        memcpy(door->address, &v4, sizeof(v4));
        return 0;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        door->address_size = sizeof(v6);
        memcpy(door->address, &v6, sizeof(v6));
        return 0;
    }
    return -1;
}

/* Data of a fast modem, not of V.21 and no indicator. T.38 section 7.2 */
static int ecofax_is_image(const uint8_t *ifp, int len)
{
    return len > 0 && (ifp[0] & 0x40) && ((ifp[0] & 0x20) || (ifp[0] >> 1 & 0x0F));
}

/* Let time pass, and send image straight away. What is no image, what is to be sent
   more than once, and what the kernel would not take, stays in the queue with all that
   follows it.

   Twice the number of packets sent, and one more if the terminal is all over. */
static int ecofax_step(t38_terminal_state_t *s, ecofax_queue_t *queue,
                       ecofax_udptl_t *udptl, const ecofax_door_t *door, int samples)
{
    int over = t38_terminal_send_timeout(s, samples) != 0;
    int at = 0;
    int sent = 0;

    while (at < queue->used) {
        const uint8_t *head = queue->octets + at;
        const uint8_t *ifp = head + ECOFAX_QUEUE_HEAD;
        int len = head[0] << 8 | head[1];
        int end;

        if (head[2] != 1 || !ecofax_is_image(ifp, len))
            break;
        if ((end = ecofax_frame(udptl, ifp, len)) < 0)
            break;
        if (sendto(door->fd, udptl->datagram, udptl->size, MSG_DONTWAIT,
                   (const struct sockaddr *) door->address, door->address_size) < 0)
            break;
        ecofax_framed(udptl, end);
        at += ECOFAX_QUEUE_HEAD + len;
        queue->packets--;
        sent++;
    }
    if (at) {
        memmove(queue->octets, queue->octets + at, queue->used - at);
        queue->used -= at;
    }
    return 2 * sent + over;
}
