/* Sends one kind of HTTP request over many kept-alive connections and measures the answers.
 *
 * usage: load HOST PORT CONNECTIONS SECONDS MOST TEMPLATE [WORDS]
 *
 * Closed loop: each connection sends its next request when the last one has been answered. One thread, epoll. It ends
 * after SECONDS (the first tenth of them, at most one second, warms up and is not counted) or after MOST requests, and
 * prints one JSON object: requests, errors, seconds, per second, latencies in microseconds, the first error.
 *
 * TEMPLATE is a file: "METHOD TARGET", header lines, an empty line, the body. "Body-File: PATH" among the headers takes
 * the body from that file as it stands. In target and body are replaced:
 *     {c}  the connection's number             {n}  the request's number on its connection, from 0
 *     {i}  a number that grows at each use     {ms} the time in milliseconds since 1970
 *     {w}  the connection's word of WORDS      {r}  a word of WORDS at random
 * "{repeat COUNT}TEXT{end}" stands for TEXT so many times with commas between.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct { char *bytes; size_t count, room; } Text;

typedef struct {
    int socket, isWaiting;
    Text out; size_t sent;
    char head[16384]; size_t headCount;      /* of the answer, until its empty line */
    int status, isChunked, closes; int64_t left; /* bytes of the body still to come; -1 until the head is read */
    char tail[8]; size_t tailCount;          /* the last bytes of a chunked body */
    char error[200]; size_t errorCount;
    int64_t begun; uint64_t number, counter;
} Connection;

static struct sockaddr_in address;
static char *method, *target, *headers, *body, *fileBody;
static size_t fileBodyCount;
static char **words; static size_t wordCount;
static uint32_t *latencies; static size_t latencyCount, latencyRoom;
static uint64_t errors, bytesIn; static char firstError[400];
static uint64_t randomState = 88172645463325252ull;

static void die(const char *format, ...) {
    va_list arguments; va_start(arguments, format);
    fputs("load: ", stderr); vfprintf(stderr, format, arguments); fputc('\n', stderr);
    exit(2);
}
static int64_t now(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return t.tv_sec * 1000000ll + t.tv_nsec / 1000; }
static uint64_t drawn(void) { randomState ^= randomState << 13; randomState ^= randomState >> 7; return randomState ^= randomState << 17; }

static void put(Text *text, const char *bytes, size_t count) {
    if (text->count + count > text->room) {
        text->room = (text->count + count) * 2;
        if (!(text->bytes = realloc(text->bytes, text->room))) die("out of memory");
    }
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
}
static void putNumber(Text *text, uint64_t number) {
    char digits[24]; size_t at = sizeof digits;
    do digits[--at] = '0' + number % 10; while (number /= 10);
    put(text, digits + at, sizeof digits - at);
}
static char *fileText(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb"); if (!file) die("cannot open %s: %s", path, strerror(errno));
    fseek(file, 0, SEEK_END); size_t size = ftell(file); rewind(file);
    char *bytes = malloc(size + 1); if (!bytes || fread(bytes, 1, size, file) != size) die("cannot read %s", path);
    bytes[size] = 0; fclose(file); *count = size;
    return bytes;
}

static void expand(Text *out, Connection *c, size_t index, const char *from, const char *end) {
    while (from < end) {
        const char *brace = memchr(from, '{', end - from);
        if (!brace) { put(out, from, end - from); return; }
        put(out, from, brace - from);
        const char *rest = brace + 1; size_t left = end - rest;
#define IS(word) (left >= sizeof word - 1 && !memcmp(rest, word, sizeof word - 1) && (from = rest + sizeof word - 1))
        if (IS("c}")) putNumber(out, index);
        else if (IS("n}")) putNumber(out, c->number);
        else if (IS("i}")) putNumber(out, c->counter++);
        else if (IS("ms}")) putNumber(out, now(CLOCK_REALTIME) / 1000);
        else if (IS("w}") && wordCount) put(out, words[index % wordCount], strlen(words[index % wordCount]));
        else if (IS("r}") && wordCount) { char *word = words[drawn() % wordCount]; put(out, word, strlen(word)); }
        else if (IS("repeat ")) {
            char *inner; long times = strtol(rest + 7, &inner, 10);
            const char *stop = memmem(inner, end - inner, "{end}", 5);
            if (*inner != '}' || !stop) die("a {repeat COUNT} without its {end}");
            for (long turn = 0; turn < times; turn++) { if (turn) put(out, ",", 1); expand(out, c, index, inner + 1, stop); }
            from = stop + 5;
        } else { put(out, "{", 1); from = rest; }
#undef IS
    }
}

static void readTemplate(const char *path) {
    size_t count; char *text = fileText(path, &count);
    char *end = strstr(text, "\n\n"); if (!end) die("%s has no empty line after its head", path);
    body = end + 2; *end = 0;
    char *line = strchr(text, '\n'); if (line) *line++ = 0;
    method = strtok(text, " "); target = strtok(NULL, " "); if (!target) die("%s does not begin with METHOD TARGET", path);
    headers = calloc(1, count + 64);
    for (char *next; line && *line; line = next) {
        if ((next = strchr(line, '\n'))) *next++ = 0;
        if (!strncmp(line, "Body-File: ", 11)) fileBody = fileText(line + 11, &fileBodyCount);
        else { strcat(headers, line); strcat(headers, "\r\n"); }
    }
}

static void compose(Connection *c, size_t index, const char *host) {
    static Text content, where;
    content.count = where.count = c->out.count = c->sent = 0;
    expand(&where, c, index, target, target + strlen(target));
    expand(&content, c, index, body, body + strlen(body));
    size_t length = fileBody ? fileBodyCount : content.count;
    char head[256];
    put(&c->out, method, strlen(method)); put(&c->out, " ", 1); put(&c->out, where.bytes, where.count);
    put(&c->out, head, snprintf(head, sizeof head, " HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n", host));
    put(&c->out, headers, strlen(headers));
    if (length || strcmp(method, "GET")) put(&c->out, head, snprintf(head, sizeof head, "Content-Length: %zu\r\n", length));
    put(&c->out, "\r\n", 2);
    put(&c->out, fileBody ? fileBody : content.bytes, length);
    c->number++; c->headCount = c->tailCount = c->errorCount = 0; c->left = -1; c->closes = c->isChunked = 0;
    c->begun = now(CLOCK_MONOTONIC);
}

static void fail(Connection *c, const char *why) {
    errors++;
    if (!*firstError) snprintf(firstError, sizeof firstError, "%s %.*s", why, (int)c->errorCount, c->error);
}

static void connectAgain(Connection *c, int poll) {
    if (c->socket >= 0) close(c->socket);
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&address, sizeof address)) die("cannot connect: %s", strerror(errno));
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    int yes = 1; setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &event)) die("epoll: %s", strerror(errno));
}

static void sendMore(Connection *c, int poll) {
    while (c->sent < c->out.count) {
        ssize_t count = send(c->socket, c->out.bytes + c->sent, c->out.count - c->sent, MSG_NOSIGNAL);
        if (count < 0) break;
        c->sent += count;
    }
    int waits = c->sent < c->out.count;
    if (waits != c->isWaiting) {
        c->isWaiting = waits;
        struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_MOD, c->socket, &event);
    }
}

static void readHead(Connection *c) {
    c->head[c->headCount] = 0;
    c->status = atoi(c->head + 9);
    c->left = 0;
    for (char *line = c->head; (line = strstr(line, "\r\n")); ) {
        line += 2;
        if (!strncasecmp(line, "content-length:", 15)) c->left = atoll(line + 15);
        if (!strncasecmp(line, "transfer-encoding: chunked", 26)) c->isChunked = 1;
        if (!strncasecmp(line, "connection: close", 17)) c->closes = 1;
    }
}

static void takeBody(Connection *c, const char *bytes, size_t count) {
    bytesIn += count;
    if (c->status >= 400) {
        size_t more = count < sizeof c->error - c->errorCount ? count : sizeof c->error - c->errorCount;
        memcpy(c->error + c->errorCount, bytes, more); c->errorCount += more;
    }
    if (!c->isChunked) { c->left -= count; return; }
    for (size_t at = count > 7 ? count - 7 : 0; at < count; at++) {   /* only the end of a chunked body matters */
        if (c->tailCount == 7) { memmove(c->tail, c->tail + 1, 6); c->tailCount = 6; }
        c->tail[c->tailCount++] = bytes[at];
    }
}

/* 1: the answer is complete; 0: more is to come; -1: the connection is gone. */
static int receive(Connection *c) {
    static char buffer[1 << 18];
    for (;;) {
        ssize_t count = recv(c->socket, buffer, sizeof buffer, 0);
        if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
        if (count == 0) return -1;
        char *from = buffer;
        if (c->left < 0) {
            size_t old = c->headCount, more = count;
            if (old + more > sizeof c->head - 1) more = sizeof c->head - 1 - old;
            memcpy(c->head + old, buffer, more); c->headCount = old + more;
            char *end = memmem(c->head, c->headCount, "\r\n\r\n", 4);
            if (!end) { if (c->headCount == sizeof c->head - 1) return -1; continue; }
            size_t head = end + 4 - c->head;
            c->headCount = head; from = buffer + (head - old); count -= head - old;
            readHead(c);
        }
        takeBody(c, from, count);
        if (c->isChunked ? c->tailCount >= 5 && !memcmp(c->tail + c->tailCount - 5, "0\r\n\r\n", 5) : c->left <= 0) return 1;
    }
}

static int compare(const void *a, const void *b) { uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b; return (x > y) - (x < y); }
static uint32_t quantile(double part) { return latencyCount ? latencies[(size_t)(part * (latencyCount - 1))] : 0; }

static void printText(const char *text) {
    putchar('"');
    for (; *text; text++) if (*text == '"' || *text == '\\') printf("\\%c", *text); else putchar((unsigned char)*text < 0x20 ? ' ' : *text);
    putchar('"');
}

int main(int count, char **arguments) {
    if (count < 7) die("usage: load HOST PORT CONNECTIONS SECONDS MOST TEMPLATE [WORDS]");
    size_t connections = strtoul(arguments[3], NULL, 10); double seconds = atof(arguments[4]); uint64_t most = strtoull(arguments[5], NULL, 10);
    address.sin_family = AF_INET; address.sin_port = htons(atoi(arguments[2]));
    if (inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) die("%s is no IPv4 address", arguments[1]);
    char host[80]; snprintf(host, sizeof host, "%s:%s", arguments[1], arguments[2]);
    readTemplate(arguments[6]);
    if (count > 7) {
        size_t size; char *text = fileText(arguments[7], &size);
        for (char *word = strtok(text, "\n"); word; word = strtok(NULL, "\n")) { words = realloc(words, (wordCount + 1) * sizeof *words); words[wordCount++] = word; }
    }
    latencyRoom = 1 << 20; latencies = malloc(latencyRoom * sizeof *latencies);
    Connection *all = calloc(connections, sizeof *all);
    int poll = epoll_create1(0);
    int64_t begin = now(CLOCK_MONOTONIC), warm = seconds < 10 ? seconds * 100000 : 1000000, counted = begin + warm, end = begin + seconds * 1e6, last = counted;
    if (most && most < 200) counted = last = begin;
    uint64_t begun = 0; size_t open = connections;
    for (size_t index = 0; index < connections; index++) {
        Connection *c = all + index; c->socket = -1; connectAgain(c, poll);
        c->counter = 0; compose(c, index, host); begun++; sendMore(c, poll);
    }
    while (open > 0) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, 60000);
        if (ready == 0) { strcpy(firstError, "no answer for a minute"); errors++; break; }
        for (int position = 0; position < ready; position++) {
            Connection *c = events[position].data.ptr;
            if (events[position].events & EPOLLOUT) sendMore(c, poll);
            if (!(events[position].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            int state = receive(c);
            if (state == 0) continue;
            int64_t time = now(CLOCK_MONOTONIC);
            if (state < 0) fail(c, "the connection was closed");
            else if (c->status >= 400) { char text[16]; snprintf(text, sizeof text, "HTTP %d", c->status); fail(c, text); }
            else if (time >= counted) {
                if (latencyCount == latencyRoom) latencies = realloc(latencies, (latencyRoom *= 2) * sizeof *latencies);
                latencies[latencyCount++] = time - c->begun; last = time;
            }
            if (time >= end || (most && begun >= most)) { close(c->socket); c->socket = -1; open--; continue; }
            if (state < 0 || c->closes) connectAgain(c, poll);
            c->isWaiting = 0; compose(c, c - all, host); begun++; sendMore(c, poll);
        }
    }
    double taken = (last - counted) / 1e6;
    qsort(latencies, latencyCount, sizeof *latencies, compare);
    printf("{\"requests\": %zu, \"errors\": %lu, \"seconds\": %.4f, \"per_second\": %.2f, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, \"bytes_in\": %lu, \"first_error\": ",
           latencyCount, (unsigned long)errors, taken, taken > 0 ? latencyCount / taken : 0, quantile(0.5), quantile(0.99), quantile(1), (unsigned long)bytesIn);
    if (*firstError) printText(firstError); else printf("null");
    printf("}\n");
    return 0;
}
