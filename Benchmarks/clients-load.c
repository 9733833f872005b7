// Windows clients of `updatemirror serve` for the benchmark `clients`: one thread, one epoll. Each connection plays one
// computer after the other.
//
//   clients-load PORT SERVER-PROCESS COMPUTERS CONNECTIONS FULL-SCANS STATUSES
//
// Phases, each of all computers unless said otherwise, each with one line of figures:
//   register      GetConfig, GetAuthorizationCookie, GetCookie, RegisterComputer
//   first         the first round of a scan
//   full          whole scans of FULL-SCANS computers: rounds until nothing new comes, then the driver pass
//   differential  one round of a computer that has everything
//   status        the report of a whole status (156) that names up to 1,000 updates, for the first time, of STATUSES
//                 computers
//   status again  the same, nothing changed
//   events        a report of 7 events about a download and an installation
// Everything that is no leaf counts as installed, up to the 400 that servers take. Fails when an answer is not 200 or
// a differential scan brings new updates.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENT "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"
#define AUTH "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService"
#define REPORTING "http://www.microsoft.com/SoftwareDistribution"
#define ZERO_GUID "00000000-0000-0000-0000-000000000000"

enum phase { REGISTER, FIRST, FULL, DIFFERENTIAL, STATUS, STATUS_AGAIN, EVENTS, PHASES };
static const char *phase_names[] = {"register", "first round", "full scan", "differential", "status", "status again", "events"};
enum { BUCKETS = 1200, INSTALLED_LIMIT = 400, NAMED_UPDATES = 1000, EVENTS_IN_REPORT = 7 };

struct text { char *bytes; size_t count, room; };
struct list { int *ids; int count, room; };

struct connection {
  int fd, computer, step;
  struct text out, in;      // a request; the body of its answer
  size_t sent;
  char head[8193];
  size_t head_count;
  bool in_body, is_chunked, is_size, is_done;
  int64_t left;
  char line[32];
  int line_count;
  double began;
  struct list installed, others;
  bool is_driver_pass;
  struct text authorization;
};

static int port, server, computer_count, connection_count, full_scans, statuses, epoll_fd;
static enum phase phase;
static int next_computer, busy;
static char **cookies;      // what stands inside of `cookie`
static char *last_change;
static struct list shared_installed, shared_others;
static char (*named)[37];
static int named_count;
static uint64_t requests, bytes_in, histogram[BUCKETS], events_sent, rounds, revisions;
static double longest;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

// MARK: text

static void room(struct text *text, size_t more) {
  if (text->count + more + 1 <= text->room) return;
  text->room = (text->count + more + 1) * 2;
  if (!(text->bytes = realloc(text->bytes, text->room))) die("no memory");
}

static void append(struct text *text, const char *bytes, size_t count) {
  room(text, count);
  memcpy(text->bytes + text->count, bytes, count);
  text->bytes[text->count += count] = 0;
}

static void print(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  room(text, 8192);
  int count = vsnprintf(text->bytes + text->count, text->room - text->count, format, arguments);
  if (count >= (int)(text->room - text->count)) die("a request is too long");
  text->count += count;
  va_end(arguments);
}

static void push(struct list *list, int id) {
  if (list->count == list->room && !(list->ids = realloc(list->ids, sizeof(int) * (list->room = list->room * 2 + 64)))) {
    die("no memory");
  }
  list->ids[list->count++] = id;
}

static void copy(struct list *to, const struct list *from) {
  to->count = 0;
  for (int i = 0; i < from->count; i++) push(to, from->ids[i]);
}

// The text between two marks from `from` on; NULL when they are not there.
static char *between(const char *from, const char *open, const char *close) {
  const char *start = from ? strstr(from, open) : NULL;
  const char *end = start ? strstr(start += strlen(open), close) : NULL;
  return end ? strndup(start, end - start) : NULL;
}

// MARK: requests

static struct text body;

static void begin_body(const char *operation, const char *space) {
  body.count = 0;
  print(&body, "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><%s xmlns=\"%s\">", operation, space);
}

static void finish_request(struct connection *c, const char *operation, const char *space, const char *path) {
  print(&body, "</%s></s:Body></s:Envelope>", operation);
  c->out.count = c->sent = 0;
  print(&c->out,
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"%s/%s\"\r\n"
    "User-Agent: Windows-Update-Agent/1507.2601.30012.0 Client-Protocol/2.90\r\nContent-Length: %zu\r\n\r\n",
    path, port, space, operation, body.count);
  append(&c->out, body.bytes, body.count);
}

static void print_ids(const char *name, const struct list *list) {
  print(&body, "<%s>", name);
  for (int i = 0; i < list->count; i++) print(&body, "<int>%d</int>", list->ids[i]);
  print(&body, "</%s>", name);
}

static void sync_request(struct connection *c, const struct list *installed, const struct list *others) {
  begin_body("SyncUpdates", CLIENT);
  print(&body, "<cookie>%s</cookie><parameters><ExpressQuery>false</ExpressQuery>", cookies[c->computer]);
  print_ids("InstalledNonLeafUpdateIDs", installed);
  if (!c->is_driver_pass) print_ids("OtherCachedUpdateIDs", others);
  if (c->is_driver_pass) print(&body, "<SystemSpec><Device><HardwareIDs><string>PCI\\VEN_0000</string></HardwareIDs></Device></SystemSpec>");
  print(&body, "<SkipSoftwareSync>%s</SkipSoftwareSync></parameters>", c->is_driver_pass ? "true" : "false");
  finish_request(c, "SyncUpdates", CLIENT, "/ClientWebService/client.asmx");
}

static void time_text(char *text, size_t size) {
  time_t seconds = time(NULL);
  strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", gmtime(&seconds));
}

static void handshake_request(struct connection *c) {
  char clock[32];
  time_text(clock, sizeof clock);
  switch (c->step) {
  case 0:
    begin_body("GetConfig", CLIENT);
    print(&body, "<protocolVersion>2.90</protocolVersion>");
    return finish_request(c, "GetConfig", CLIENT, "/ClientWebService/client.asmx");
  case 1:
    begin_body("GetAuthorizationCookie", AUTH);
    print(&body, "<clientId>00000000-0000-4000-8000-%012d</clientId><dnsName>pc%d.branch.invalid</dnsName>", c->computer, c->computer);
    return finish_request(c, "GetAuthorizationCookie", AUTH, "/SimpleAuthWebService/SimpleAuth.asmx");
  case 2:
    begin_body("GetCookie", CLIENT);
    print(&body, "<authCookies><AuthorizationCookie>%s</AuthorizationCookie></authCookies>", c->authorization.bytes);
    print(&body, "<lastChange>%s</lastChange><currentTime>%s</currentTime><protocolVersion>2.90</protocolVersion>", last_change, clock);
    return finish_request(c, "GetCookie", CLIENT, "/ClientWebService/client.asmx");
  default:
    begin_body("RegisterComputer", CLIENT);
    print(&body,
      "<cookie>%s</cookie><computerInfo><DnsName>pc%d.branch.invalid</DnsName><OSMajorVersion>10</OSMajorVersion>"
      "<OSMinorVersion>0</OSMinorVersion><OSBuildNumber>%d</OSBuildNumber><OSLocale>en-US</OSLocale>"
      "<ComputerManufacturer>Example</ComputerManufacturer><ComputerModel>Model %d</ComputerModel>"
      "<BiosReleaseDate>2025-01-01T00:00:00</BiosReleaseDate><ProcessorArchitecture>AMD64</ProcessorArchitecture>"
      "<OldProductType>1</OldProductType></computerInfo>",
      cookies[c->computer], c->computer, 26100 + c->computer % 5, c->computer % 7);
    return finish_request(c, "RegisterComputer", CLIENT, "/ClientWebService/client.asmx");
  }
}

static void print_event(int computer, int event, const char *update, const char *clock, bool is_status) {
  static uint64_t instance;
  print(&body,
    "<ReportingEvent><BasicData><TargetID><Sid>00000000-0000-4000-8000-%012d</Sid></TargetID><SequenceNumber>0"
    "</SequenceNumber><TimeAtTarget>%s</TimeAtTarget><EventInstanceID>%08x-0000-4000-8000-%012llx</EventInstanceID>"
    "<NamespaceID>1</NamespaceID><EventID>%d</EventID><SourceID>101</SourceID><UpdateID><UpdateID>%s</UpdateID>"
    "<RevisionNumber>%d</RevisionNumber></UpdateID><Win32HResult>%d</Win32HResult></BasicData><ExtendedData>",
    computer, clock, (unsigned)getpid(), (unsigned long long)++instance, event, update, strcmp(update, ZERO_GUID) ? 1 : 0,
    event == 182 ? -2145124329 : 0);
  if (is_status) {
    // A twentieth is needed, the rest is installed.
    int needed = named_count / 20;
    print(&body, "<MiscData>");
    for (int i = 0; i < named_count; i++) {
      if (i == 0 || i == needed) print(&body, "%s<string>%s", i ? "</string>" : "", i == needed ? "V=" : "U=");
      print(&body, "%s;", named[i]);
    }
    print(&body, "</string></MiscData>");
  } else {
    print(&body,
      "<ReplacementStrings><string>0x80240017</string><string>2026-10 Cumulative Update for Windows 11 (KB5066835)"
      "</string></ReplacementStrings><MiscData><string>B=123456</string><string>Q=1</string><string>G=10.0.26100.1</string></MiscData>");
  }
  print(&body,
    "<ComputerBrand>Example</ComputerBrand><ComputerModel>Model</ComputerModel><BiosRevision>1</BiosRevision>"
    "<ProcessorArchitecture>Amd64Compatible</ProcessorArchitecture><OSVersion><Major>10</Major><Minor>0</Minor>"
    "<Build>26100</Build><Revision>1</Revision><ServicePackMajor>0</ServicePackMajor><ServicePackMinor>0"
    "</ServicePackMinor></OSVersion><OSLocaleID>1033</OSLocaleID></ExtendedData><PrivateData><ComputerDnsName/>"
    "<UserAccountName/></PrivateData></ReportingEvent>");
}

static void report_request(struct connection *c) {
  static const int ids[EVENTS_IN_REPORT] = {147, 167, 162, 181, 182, 201, 202};
  char clock[32];
  time_text(clock, sizeof clock);
  begin_body("ReportEventBatch", REPORTING);
  print(&body, "<cookie>%s</cookie><clientTime>%s</clientTime><eventBatch>", cookies[c->computer], clock);
  if (phase != EVENTS) {
    print_event(c->computer, 156, ZERO_GUID, clock, true);
    events_sent++;
  } else {
    const char *update = named[c->computer % named_count];
    for (int i = 0; i < EVENTS_IN_REPORT; i++) {
      print_event(c->computer, ids[i], ids[i] == 147 || ids[i] == 202 ? ZERO_GUID : update, clock, false);
    }
    events_sent += EVENTS_IN_REPORT;
  }
  print(&body, "</eventBatch>");
  finish_request(c, "ReportEventBatch", REPORTING, "/ReportingWebService/ReportingWebService.asmx");
}

static void make_request(struct connection *c) {
  static const struct list nothing;
  switch (phase) {
  case REGISTER: return handshake_request(c);
  case FIRST: return sync_request(c, &nothing, &nothing);
  case FULL: return sync_request(c, &c->installed, &c->others);
  case DIFFERENTIAL: return sync_request(c, &shared_installed, &shared_others);
  default: return report_request(c);
  }
}

// MARK: answers

static void keep_cookie(struct connection *c, const char *element) {
  const char *start = strstr(c->in.bytes, element);
  char *inside = between(start, ">", strcmp(element, "<NewCookie") ? "</GetCookieResult>" : "</NewCookie>");
  if (!inside) die("%s: no cookie in the answer: %.300s", phase_names[phase], c->in.bytes);
  free(cookies[c->computer]);
  cookies[c->computer] = inside;
}

// Keeps GUIDs of approved updates, for reports to name.
static void name_update(const char *info, const char *end) {
  const char *action = strstr(info, "<Action>");
  bool is_deployed = action && action < end
    && (!strncmp(action + 8, "Install<", 8) || !strncmp(action + 8, "PreDeploymentCheck<", 19));
  const char *id = strstr(info, "UpdateID=\"");
  if (!is_deployed || !id || id > end || named_count == NAMED_UPDATES) return;
  memcpy(named[named_count], id + 10, 36);
  named[named_count++][36] = 0;
}

// - Returns: new revisions in an answer to SyncUpdates; they go into the lists of the connection.
static int take_updates(struct connection *c, bool *has_non_leaf) {
  int count = 0;
  const char *limit = strstr(c->in.bytes, "</NewUpdates>");
  const char *info = limit ? strstr(c->in.bytes, "<UpdateInfo>") : NULL;
  for (; info && info < limit; info = strstr(info + 1, "<UpdateInfo>")) {
    const char *end = strstr(info, "</UpdateInfo>");
    const char *leaf = strstr(info, "<IsLeaf>");
    int id = atoi(info + 16);
    bool is_leaf = leaf && !strncmp(leaf + 8, "true", 4);
    const char *detectoid = strstr(info, "\"Detectoid\"");
    // A computer has all products, as their classifications, but few of the many things that detectoids find.
    bool is_installed = !is_leaf && (!detectoid || detectoid > end || id % 16 == 0);
    if (!is_leaf) *has_non_leaf = true;
    if (phase == FULL && c->computer == 0) name_update(info, end);
    push(!is_installed || c->installed.count == INSTALLED_LIMIT ? &c->others : &c->installed, id);
    count++;
    info = end;
  }
  return count;
}

// - Returns: whether the computer has more to ask.
static bool take_scan(struct connection *c) {
  keep_cookie(c, "<NewCookie");
  if (c->is_driver_pass) return c->is_driver_pass = false;
  bool has_non_leaf = false, is_truncated = strstr(c->in.bytes, "<Truncated>true") != NULL;
  int count = take_updates(c, &has_non_leaf);
  rounds++, revisions += count;
  if (phase == FIRST) return false;
  if (phase == DIFFERENTIAL) {
    if (count || strstr(c->in.bytes, "<ChangedUpdates>")) die("a differential scan is not empty: %d new", count);
    return false;
  }
  if (is_truncated || has_non_leaf) return true;
  if (!shared_others.count) copy(&shared_installed, &c->installed), copy(&shared_others, &c->others);
  return c->is_driver_pass = true;
}

static bool take_handshake(struct connection *c) {
  if (c->step == 0 && !last_change) last_change = between(c->in.bytes, "<LastChange>", "</LastChange>");
  if (c->step == 1) {
    char *inside = between(c->in.bytes, "<GetAuthorizationCookieResult>", "</GetAuthorizationCookieResult>");
    if (!inside) die("no authorization cookie: %.300s", c->in.bytes);
    c->authorization.count = 0;
    append(&c->authorization, inside, strlen(inside));
    free(inside);
  }
  if (c->step == 2) keep_cookie(c, "<GetCookieResult");
  return ++c->step < 4;
}

static bool take_answer(struct connection *c) {
  if (phase == REGISTER) return take_handshake(c);
  if (phase <= DIFFERENTIAL) return take_scan(c);
  if (!strstr(c->in.bytes, "<ReportEventBatchResult>true")) die("a report was refused: %.300s", c->in.bytes);
  return false;
}

// MARK: HTTP

static void watch(struct connection *c, uint32_t wanted) {
  struct epoll_event event = {.events = wanted, .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event)) die("epoll_ctl: %s", strerror(errno));
}

static void connect_server(struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(c->fd, (struct sockaddr *)&peer, sizeof peer)) die("connect: %s", strerror(errno));
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl: %s", strerror(errno));
}

static void send_more(struct connection *c) {
  while (c->sent < c->out.count) {
    ssize_t step = send(c->fd, c->out.bytes + c->sent, c->out.count - c->sent, MSG_NOSIGNAL);
    if (step < 0 && errno == EAGAIN) return watch(c, EPOLLIN | EPOLLOUT);
    if (step < 0) die("%s: send: %s", phase_names[phase], strerror(errno));
    c->sent += step;
  }
  watch(c, EPOLLIN);
}

static void ask(struct connection *c) {
  c->head_count = c->in.count = c->line_count = 0;
  c->in_body = c->is_done = false;
  make_request(c);
  c->began = now();
  send_more(c);
}

// The next computer of the phase, if there is one left.
static void take_computer(struct connection *c) {
  int count = phase == FULL ? full_scans : phase == STATUS || phase == STATUS_AGAIN ? statuses : computer_count;
  if (next_computer >= count) {
    busy--;
    return;
  }
  c->computer = next_computer++;
  c->step = c->installed.count = c->others.count = 0;
  ask(c);
}

static void answered(struct connection *c) {
  double took = now() - c->began;
  int bucket = took < 1e-6 ? 0 : log(took * 1e6) / log(1.02);
  histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  if (took > longest) longest = took;
  requests++;
  append(&c->in, "", 0);
  if (strncmp(c->head + 9, "200", 3)) die("%s: %.40s: %.600s", phase_names[phase], c->head, c->in.bytes);
  if (take_answer(c)) ask(c);
  else take_computer(c);
}

// Takes bytes of the body; sets is_done at its end.
static void take_body(struct connection *c, const char *bytes, size_t count) {
  for (size_t i = 0; i < count && !c->is_done;) {
    if (!c->is_chunked || !c->is_size) {
      size_t step = count - i < (size_t)c->left ? count - i : (size_t)c->left;
      append(&c->in, bytes + i, step);
      i += step, c->left -= step;
      if (c->left) continue;
      if (!c->is_chunked) c->is_done = true;
      c->is_size = true, c->line_count = -2;   // the line end after a chunk
      continue;
    }
    char byte = bytes[i++];
    if (c->line_count < 0) { c->line_count++; continue; }
    if (byte != '\n') {
      if (byte != '\r' && c->line_count < 30) c->line[c->line_count++] = byte;
      continue;
    }
    c->line[c->line_count] = 0;
    if (c->left < 0) c->is_done = c->line_count == 0;
    else if ((c->left = strtoll(c->line, NULL, 16))) c->is_size = false;
    else c->left = -1;   // the trailer
    c->line_count = 0;
  }
}

static void take_head(struct connection *c) {
  c->head[c->head_count] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) { if (c->head_count == sizeof c->head - 1) die("a head is too long"); return; }
  char *rest = end + 4;
  size_t rest_count = c->head_count - (rest - c->head);
  end[2] = 0;
  char *field = strcasestr(c->head, "\r\ncontent-length:");
  c->left = field ? atoll(field + 17) : 0;
  c->is_chunked = strcasestr(c->head, "\r\ntransfer-encoding: chunked") != NULL;
  c->is_size = c->is_chunked, c->in_body = true;
  if (!c->is_chunked && !c->left) c->is_done = true;
  take_body(c, rest, rest_count);
}

static void read_more(struct connection *c) {
  static char buffer[256 << 10];
  ssize_t step = c->in_body ? recv(c->fd, buffer, sizeof buffer, 0)
                            : recv(c->fd, c->head + c->head_count, sizeof c->head - 1 - c->head_count, 0);
  if (step < 0 && errno == EAGAIN) return;
  if (step <= 0) die("%s: the server ended a connection", phase_names[phase]);
  bytes_in += step;
  if (c->in_body) take_body(c, buffer, step);
  else c->head_count += step, take_head(c);
  if (c->is_done) answered(c);
}

// MARK: figures

static double server_cpu(void) {
  char path[64], line[2048];
  snprintf(path, sizeof path, "/proc/%d/stat", server);
  FILE *file = fopen(path, "r");
  if (!file || !fgets(line, sizeof line, file)) die("the server is not there");
  fclose(file);
  unsigned long user, system;
  if (sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) die("stat");
  return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

static int server_rss(void) {
  char path[64], line[256];
  int pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", server);
  FILE *file = fopen(path, "r");
  if (!file || !fgets(line, sizeof line, file) || sscanf(line, "%*d %d", &pages) != 1) die("the server is not there");
  fclose(file);
  return (int)((int64_t)pages * sysconf(_SC_PAGESIZE) >> 20);
}

static double percentile(double share) {
  uint64_t wanted = requests * share, seen = 0;
  for (int i = 0; i < BUCKETS; i++) if ((seen += histogram[i]) > wanted) return pow(1.02, i + 0.5) / 1e3;
  return longest * 1e3;
}

static void run_phase(struct connection *connections) {
  memset(histogram, 0, sizeof histogram);
  requests = bytes_in = events_sent = rounds = revisions = next_computer = 0;
  longest = 0, busy = connection_count;
  double start = now(), cpu = server_cpu();
  for (int i = 0; i < connection_count; i++) take_computer(&connections[i]);
  struct epoll_event events[512];
  while (busy > 0) {
    int ready = epoll_wait(epoll_fd, events, 512, 1000);
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if ((events[i].events & EPOLLOUT) && c->sent < c->out.count) send_more(c);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_more(c);
    }
  }
  double took = now() - start;
  cpu = server_cpu() - cpu;
  printf("%-13s %8lu requests in %6.1f s: %6.0f requests/s, p50 %.1f ms, p99 %.1f ms, %.2f ms CPU each, %.1f MiB/s, RSS %d MiB",
    phase_names[phase], requests, took, requests / took, percentile(0.5), percentile(0.99), cpu * 1e3 / requests,
    bytes_in / took / 1048576, server_rss());
  if (phase == FULL) printf("; %d scans of %.0f rounds, %lu revisions each", full_scans, (double)rounds / full_scans, revisions / full_scans);
  if (phase == DIFFERENTIAL) printf("; %d installed, %d other ids in each request", shared_installed.count, shared_others.count);
  if (phase >= STATUS) printf("; %.0f events/s", events_sent / took);
  if (phase == STATUS) printf(", %d updates named in each", named_count);
  puts("");
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 7) die("usage: clients-load PORT SERVER-PROCESS COMPUTERS CONNECTIONS FULL-SCANS STATUSES");
  port = atoi(argv[1]), server = atoi(argv[2]), computer_count = atoi(argv[3]);
  connection_count = atoi(argv[4]), full_scans = atoi(argv[5]), statuses = atoi(argv[6]);
  cookies = calloc(computer_count, sizeof *cookies);
  named = calloc(NAMED_UPDATES, sizeof *named);
  struct connection *connections = calloc(connection_count, sizeof *connections);
  epoll_fd = epoll_create1(0);
  for (int i = 0; i < connection_count; i++) connect_server(&connections[i]);
  for (phase = REGISTER; phase < PHASES; phase++) run_phase(connections);
  return 0;
}
