// Holds one number. Every line is a JSON text and gets one line back. One thread, with poll.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, LINE_MAX_BYTES = 4096 };

struct client {
  int fd;
  int watches;
  size_t length;
  char text[LINE_MAX_BYTES];
};

static struct client clients[CLIENTS_MAX];
static int count = 0;
static int number = 0;

static void stop(int signal) {
  (void)signal;
  if (getenv("SOCKET")) unlink(getenv("SOCKET"));
  _exit(0);
}

static void say(int fd, const char *text) {
  if (write(fd, text, strlen(text)) < 0) return;
}

static void answer(struct client *from, const char *line) {
  char reply[LINE_MAX_BYTES + 2];
  if (strcmp(line, "\"ping\"") == 0) {
    strcpy(reply, "\"pong\"\n");
  } else if (strcmp(line, "\"get\"") == 0) {
    sprintf(reply, "%d\n", number);
  } else if (strcmp(line, "\"status\"") == 0) {
    sprintf(reply, "{\"number\":%d,\"connections\":%d}\n", number, count);
  } else if (strcmp(line, "\"slow\"") == 0) {
    usleep(200000);
    strcpy(reply, "\"slow\"\n");
  } else if (strcmp(line, "\"watch\"") == 0) {
    from->watches = 1;
    sprintf(reply, "%d\n", number);
  } else if (strcmp(line, "\"add\"") == 0) {
    number += 1;
    sprintf(reply, "{\"now\":%d}\n", number);
    for (int i = 0; i < count; i++)
      if (clients[i].watches) say(clients[i].fd, reply);
    sprintf(reply, "%d\n", number);
  } else {
    snprintf(reply, sizeof reply, "%s\n", line);
  }
  say(from->fd, reply);
}

static void leave(int at) {
  close(clients[at].fd);
  clients[at] = clients[--count];
}

static int take(struct client *from) {
  ssize_t got = read(from->fd, from->text + from->length, sizeof from->text - from->length - 1);
  if (got <= 0) return 0;
  from->length += (size_t)got;
  from->text[from->length] = 0;
  char *end;
  while ((end = strchr(from->text, '\n')) != NULL) {
    *end = 0;
    answer(from, from->text);
    from->length -= (size_t)(end + 1 - from->text);
    memmove(from->text, end + 1, from->length + 1);
  }
  return from->length < sizeof from->text - 1;
}

static int listening(void) {
  int fd;
  int on = 1;
  if (getenv("SOCKET")) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, getenv("SOCKET"), sizeof address.sun_path - 1);
    unlink(address.sun_path);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(2);
  } else {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(getenv("PORT")))};
    inet_pton(AF_INET, getenv("HOST"), &address.sin_addr);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(2);
  }
  listen(fd, 64);
  return fd;
}

int main(void) {
  signal(SIGTERM, stop);
  signal(SIGPIPE, SIG_IGN);
  int listener = listening();
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct pollfd polled[CLIENTS_MAX + 1];
    polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (int i = 0; i < count; i++) polled[i + 1] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    int watched = count;
    if (poll(polled, (nfds_t)watched + 1, -1) < 0) continue;
    for (int i = watched - 1; i >= 0; i--)
      if (polled[i + 1].revents && !take(&clients[i])) leave(i);
    if (polled[0].revents && count < CLIENTS_MAX) {
      clients[count] = (struct client){.fd = accept(listener, NULL, NULL)};
      count += 1;
    }
  }
}
