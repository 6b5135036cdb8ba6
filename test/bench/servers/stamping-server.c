/*
 * stamping-server <delay ms> <certificate chain> <key>: answers HTTPS requests on a loopback port of the system's choice
 * (printed as its first line) so many ms after it has read them, and keeps how long it really took. Request `/<number>`
 * is stamped under that number; `/stamps` answers with all of them as JSON. One thread a connection: the kernel wakes
 * each on time, whatever the others do, so that no queueing here is taken for an error of the client.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_STAMPS = 1 << 20, MOST_REQUEST = 4096, STACK_BYTES = 128 * 1024 };

static double stamps[MOST_STAMPS];
static long delay_ns;
static SSL_CTX *context;

static struct timespec now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at;
}

static double ms_between(struct timespec from, struct timespec to) {
  return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static void sleep_until_due(struct timespec read_at) {
  struct timespec due = read_at;
  due.tv_nsec += delay_ns;
  due.tv_sec += due.tv_nsec / 1000000000L;
  due.tv_nsec %= 1000000000L;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0) {
  }
}

/* Reads up to the end of the headers; 0 when the peer went away or sent too much. */
static int read_request(SSL *ssl, char *request) {
  int length = 0;
  while (length < MOST_REQUEST - 1) {
    int got = SSL_read(ssl, request + length, MOST_REQUEST - 1 - length);
    if (got <= 0) return 0;
    length += got;
    request[length] = '\0';
    if (strstr(request, "\r\n\r\n") != NULL) return 1;
  }
  return 0;
}

static void answer(SSL *ssl, const char *body, size_t length) {
  char head[160];
  int size = snprintf(head, sizeof head,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", length);
  char *whole = malloc((size_t)size + length);
  if (whole == NULL) return;
  memcpy(whole, head, (size_t)size);
  memcpy(whole + size, body, length);
  SSL_write(ssl, whole, size + (int)length);
  free(whole);
}

static void answer_stamps(SSL *ssl) {
  char *body = malloc((size_t)MOST_STAMPS * 8);
  size_t length = 1;
  if (body == NULL) return;
  body[0] = '{';
  for (int i = 0; i < MOST_STAMPS && length < (size_t)MOST_STAMPS * 8 - 64; i++)
    if (stamps[i] > 0)
      length += (size_t)sprintf(body + length, "%s\"%d\":%.4f", length > 1 ? "," : "", i, stamps[i]);
  body[length++] = '}';
  answer(ssl, body, length);
  memset(stamps, 0, sizeof stamps);
  free(body);
}

static void serve_request(SSL *ssl) {
  char request[MOST_REQUEST];
  if (!read_request(ssl, request)) return;
  struct timespec read_at = now();
  if (strncmp(request, "GET /stamps ", 12) == 0) {
    answer_stamps(ssl);
    return;
  }
  int id = atoi(request + 5);
  sleep_until_due(read_at);
  if (id >= 0 && id < MOST_STAMPS) stamps[id] = ms_between(read_at, now());
  answer(ssl, "ok\n", 3);
}

static void *serve(void *argument) {
  int socket = (int)(long)argument;
  SSL *ssl = SSL_new(context);
  SSL_set_fd(ssl, socket);
  if (SSL_accept(ssl) == 1) {
    serve_request(ssl);
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  close(socket);
  return NULL;
}

static int listen_on_loopback(void) {
  int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(socket_fd, (struct sockaddr *)&address, size) != 0 || listen(socket_fd, 4096) != 0) return -1;
  getsockname(socket_fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return socket_fd;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_TIMERSLACK, 1000UL);
  delay_ns = atol(arguments[1]) * 1000000L;
  context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(context, arguments[2]) != 1) return 1;
  if (SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM) != 1) return 1;
  int listening = listen_on_loopback();
  if (listening < 0) return 1;
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, STACK_BYTES);
  pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  for (;;) {
    int accepted = accept(listening, NULL, NULL);
    int on = 1;
    pthread_t thread;
    if (accepted < 0) continue;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (pthread_create(&thread, &small, serve, (void *)(long)accepted) != 0) close(accepted);
  }
}
