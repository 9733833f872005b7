// Clients of `updatemirror serve` for the long benchmarks: one thread, one epoll, thousands of connections.
//
//   load ROLE PORT CONNECTIONS SECONDS [FOLDER [PAUSE]]
//
// Roles:
//   honest  each connection sends a random file of FOLDER (a whole request) and reads the answer, waits PAUSE milliseconds, and again
//   idle    each connection sends one of them every 60 seconds and is silent between
//   loris   a third sends a head byte by byte, a third a body, a third takes an answer in sips; who is cut off returns
//   flood   each connection sends a random file of FOLDER, reads what comes first, resets, and returns at once
//
// Connections come from 127.0.1.1 on, 500 of each address. Prints one line of figures at the end.
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum role { HONEST, IDLE, LORIS, FLOOD };
enum state { CLOSED, CONNECTING, SENDING, READING_HEAD, READING_BODY, RESTING };
enum { HEAD_LIMIT = 8192, BUCKETS = 1200, ADDRESS_SHARE = 500 };

struct request { char *bytes; size_t count; bool is_head; };

struct connection {
  int fd;
  enum state state;
  int number;
  const struct request *request;
  size_t sent, head_count;
  char *head;
  int64_t left;           // of the body, or of the present chunk
  bool is_chunked, closes;
  int chunk_state;        // 0 size, 1 data, 2 line end after data, 3 trailer
  int line_count;         // bytes of the present line
  double began, due;
};

static enum role role;
static int port, epoll_fd, count, request_count;
static struct request *requests;
static struct connection *connections;
static double start, finish, pause_between;
static volatile sig_atomic_t stopped;
static uint64_t answers, statuses[6], connects, refusals, cuts, bytes_read, histogram[BUCKETS];
static double longest;
static char sink[256 << 10];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint32_t random_number(void) {
  static uint64_t x = 0x9e3779b97f4a7c15;
  x ^= x << 13, x ^= x >> 7, x ^= x << 17;
  return x >> 32;
}

static void fail(const char *words) { perror(words), exit(1); }

static void read_requests(const char *folder) {
  DIR *directory = opendir(folder);
  if (!directory) fail(folder);
  for (struct dirent *entry; (entry = readdir(directory));) {
    char path[4096];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (stat(path, &status) || !S_ISREG(status.st_mode) || !status.st_size) continue;
    requests = realloc(requests, sizeof *requests * (request_count + 1));
    struct request *request = &requests[request_count++];
    request->bytes = malloc(status.st_size);
    FILE *file = fopen(path, "rb");
    if (!file || (request->count = fread(request->bytes, 1, status.st_size, file)) != (size_t)status.st_size) fail(path);
    fclose(file);
    request->is_head = request->count > 5 && !memcmp(request->bytes, "HEAD ", 5);
  }
  closedir(directory);
  if (!request_count) fprintf(stderr, "no requests in %s\n", folder), exit(1);
}

static void watch(struct connection *c, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event)) fail("epoll_ctl");
}

static void disconnect(struct connection *c, double pause) {
  if (c->fd >= 0) {
    if (role == FLOOD || role == LORIS) {
      struct linger hard = {1, 0};
      setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    close(c->fd);
  }
  c->fd = -1, c->state = CLOSED, c->due = now() + pause;
}

static void open_connection(struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("socket");
  int one = 1, small = 2048;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (role == LORIS && c->number % 3 == 2) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct sockaddr_in own = {.sin_family = AF_INET}, peer = {.sin_family = AF_INET, .sin_port = htons(port)};
  own.sin_addr.s_addr = htonl(0x7f000101 + (role << 16) + c->number / ADDRESS_SHARE);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(c->fd, (struct sockaddr *)&own, sizeof own)) fail("bind");
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
  c->state = CONNECTING, c->sent = 0, connects++;
  if (connect(c->fd, (struct sockaddr *)&peer, sizeof peer) && errno != EINPROGRESS) refusals++, disconnect(c, 0.1);
}

static void send_more(struct connection *c) {
  while (c->sent < c->request->count) {
    ssize_t step = send(c->fd, c->request->bytes + c->sent, c->request->count - c->sent, MSG_NOSIGNAL);
    if (step < 0 && errno == EAGAIN) { watch(c, EPOLLOUT | EPOLLIN); return; }
    if (step < 0) { cuts++, disconnect(c, role == FLOOD ? 0 : 0.1); return; }
    c->sent += step;
  }
  c->state = READING_HEAD, c->head_count = 0;
  watch(c, EPOLLIN);
}

static void begin(struct connection *c) {
  c->request = &requests[random_number() % request_count];
  c->sent = 0, c->began = now(), c->state = SENDING;
  send_more(c);
}

static void answered(struct connection *c) {
  double took = now() - c->began;
  int bucket = took < 1e-6 ? 0 : log(took * 1e6) / log(1.02);
  histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  if (took > longest) longest = took;
  answers++;
  if (role == FLOOD) disconnect(c, 0), open_connection(c);
  else if (c->closes) disconnect(c, 0);
  else if (role == IDLE) c->state = RESTING, c->due = now() + 60;
  else if (pause_between > 0) c->state = RESTING, c->due = now() + pause_between;
  else begin(c);
}

static bool has_field(const char *head, const char *field) { return strcasestr(head, field) != NULL; }

// Takes the body's bytes; true at its end.
static bool take_body(struct connection *c, const char *bytes, size_t length) {
  if (!c->is_chunked) return (c->left -= length) <= 0;
  for (size_t i = 0; i < length;) {
    if (c->chunk_state == 1) {
      size_t step = length - i < (size_t)c->left ? length - i : (size_t)c->left;
      i += step, c->left -= step;
      if (!c->left) c->chunk_state = 2;
      continue;
    }
    char byte = bytes[i++];
    if (byte != '\n') {
      if (c->chunk_state == 0 && byte != '\r') {
        int digit = byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10;
        c->left = c->left * 16 + digit;
      }
      if (byte != '\r') c->line_count++;
      continue;
    }
    if (c->chunk_state == 0) c->chunk_state = c->left ? 1 : 3;
    else if (c->chunk_state == 2) c->chunk_state = 0, c->left = 0;
    else if (!c->line_count) return true;
    c->line_count = 0;
  }
  return false;
}

// Reads the head in c->head; `length` bytes of it are there.
static void take_head(struct connection *c) {
  c->head[c->head_count] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) {
    if (c->head_count >= HEAD_LIMIT) cuts++, disconnect(c, 0.1);
    return;
  }
  size_t rest = c->head_count - (end + 4 - c->head);
  char body[HEAD_LIMIT];
  memcpy(body, end + 4, rest);
  end[2] = 0;
  int status = atoi(c->head + 9);
  statuses[status / 100 % 6]++;
  char *field = strcasestr(c->head, "\r\ncontent-length:");
  c->left = field ? atoll(field + 17) : 0;
  c->is_chunked = has_field(c->head, "\r\ntransfer-encoding: chunked");
  c->closes = has_field(c->head, "\r\nconnection: close");
  c->chunk_state = c->line_count = 0;
  if (c->request->is_head || status == 304) c->left = 0, c->is_chunked = false;
  c->state = READING_BODY;
  if (role == FLOOD || (!c->is_chunked && !c->left) || (rest && take_body(c, body, rest))) answered(c);
}

static void read_more(struct connection *c) {
  // One look at a time: others wait too.
  bool is_head = c->state == READING_HEAD;
  ssize_t step = is_head ? recv(c->fd, c->head + c->head_count, HEAD_LIMIT - c->head_count, 0)
                         : recv(c->fd, sink, sizeof sink, 0);
  if (step < 0 && errno == EAGAIN) return;
  if (step <= 0) {
    // The server may end a silent connection; it may not cut an answer.
    if (c->state != RESTING) cuts++;
    disconnect(c, role == HONEST ? 0.1 : 0);
    return;
  }
  bytes_read += step;
  if (is_head) c->head_count += step, take_head(c);
  else if (c->state == READING_BODY && take_body(c, sink, step)) answered(c);
}

// MARK: slow clients

static void loris_begin(struct connection *c) {
  static const char *heads[] = {
    "GET / HTTP/1.1\r\nHost: slow\r\n",
    "POST /ServerSyncWebService/ServerSyncWebService.asmx HTTP/1.1\r\nHost: slow\r\nContent-Type: text/xml\r\n"
    "Content-Length: 100000\r\n\r\n",
  };
  const char *words = heads[c->number % 3 % 2];
  size_t length = strlen(words);
  if (c->number % 3 == 2) words = requests[0].bytes, length = requests[0].count;
  if (send(c->fd, words, length, MSG_NOSIGNAL) < 0) { cuts++, disconnect(c, 1); return; }
  c->state = RESTING, c->due = now() + 1;
  struct epoll_event event = {.events = EPOLLRDHUP | (c->number % 3 == 2 ? 0 : EPOLLIN), .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event)) fail("epoll_ctl");
}

static void loris_trickle(struct connection *c) {
  c->due = now() + 1;
  ssize_t step = c->number % 3 == 2 ? recv(c->fd, sink, 100, 0) : send(c->fd, "x", 1, MSG_NOSIGNAL);
  if (step == 0 || (step < 0 && errno != EAGAIN)) cuts++, disconnect(c, 1);
}

// MARK: events

static void handle(struct connection *c, uint32_t events) {
  if (c->fd < 0) return;
  if (c->state == CONNECTING) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) { refusals++, disconnect(c, 0.1); return; }
    if (role == LORIS) loris_begin(c); else begin(c);
    return;
  }
  if (role == LORIS) {
    // An answer or an end: the server has had enough.
    cuts++, disconnect(c, 1);
    return;
  }
  if ((events & EPOLLOUT) && c->state == SENDING) send_more(c);
  if (c->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
    if (c->state == SENDING) c->state = READING_HEAD, c->head_count = 0;
    read_more(c);
  }
}

static void look_at_clock(double time) {
  for (int i = 0; i < count; i++) {
    struct connection *c = &connections[i];
    if (c->due > time) continue;
    if (c->state == CLOSED) open_connection(c);
    else if (c->state == RESTING && role == LORIS) loris_trickle(c);
    else if (c->state == RESTING) begin(c);
  }
}

static double percentile(double share) {
  uint64_t wanted = answers * share, seen = 0;
  for (int i = 0; i < BUCKETS; i++) if ((seen += histogram[i]) > wanted) return pow(1.02, i + 0.5) / 1e3;
  return longest * 1e3;
}

static int open_now(void) {
  int open = 0;
  for (int i = 0; i < count; i++) open += connections[i].state > CONNECTING;
  return open;
}

static void stop(int signal) { stopped = 1; }

int main(int argc, char **argv) {
  static const char *names[] = {"honest", "idle", "loris", "flood"};
  if (argc < 5) { fprintf(stderr, "usage: load ROLE PORT CONNECTIONS SECONDS [FOLDER [PAUSE]]\n"); return 2; }
  for (role = HONEST; role <= FLOOD && strcmp(argv[1], names[role]); role++) {}
  port = atoi(argv[2]), count = atoi(argv[3]);
  if (argc > 5) read_requests(argv[5]);
  if (argc > 6) pause_between = atof(argv[6]) / 1e3;
  signal(SIGINT, stop), signal(SIGTERM, stop);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if ((rlim_t)count + 20 > limit.rlim_cur) { fprintf(stderr, "%d connections need a higher ulimit -n\n", count); return 2; }
  epoll_fd = epoll_create1(0);
  connections = calloc(count, sizeof *connections);
  start = now(), finish = start + atof(argv[4]);
  for (int i = 0; i < count; i++) {
    // Spread over time: 2,000 a second.
    connections[i] = (struct connection){.fd = -1, .number = i, .due = start + i / 2000.0};
    if (role != LORIS) connections[i].head = malloc(HEAD_LIMIT + 1);
  }
  struct epoll_event events[512];
  double time = start, looked = 0;
  int most = 0;
  while ((time = now()) < finish && !stopped) {
    if (time - looked > (count > 1000 ? 0.02 : 0.001)) look_at_clock(time), looked = time;
    int ready = epoll_wait(epoll_fd, events, 512, count > 1000 ? 10 : 1);
    for (int i = 0; i < ready; i++) handle(events[i].data.ptr, events[i].events);
    if (time == looked) { int open = open_now(); if (open > most) most = open; }
  }
  double took = now() - start;
  printf(
    "%s: %d open at the end (most %d), %.0f answers/s, p50 %.2f ms, p99 %.2f ms, longest %.0f ms, %.1f MiB/s, "
    "answers 2xx %lu 3xx %lu 4xx %lu 5xx %lu, connected %lu, refused %lu, cut %lu\n",
    names[role], open_now(), most, answers / took, percentile(0.5), percentile(0.99), longest * 1e3,
    bytes_read / took / 1048576, statuses[2], statuses[3], statuses[4], statuses[5], connects, refusals, cuts);
  return 0;
}
