/* What the C programs share: a network namespace, and a socket of rtnetlink that was opened in it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A namespace is known by a descriptor, and told what to do by a socket that was opened in it. */
struct space {
  int fd;
  int socket;
};

static void fail(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
  exit(1);
}

static struct space make_space(void) {
  struct space space;
  if (unshare(CLONE_NEWNET) < 0) fail("unshare");
  space.fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  space.socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (space.fd < 0 || space.socket < 0) fail("a namespace");
  return space;
}

/* Sends a message, and waits for the kernel's answer to it. */
static void commit(struct space *space, const struct nlmsghdr *message, const char *what) {
  char answer[4096];
  if (send(space->socket, message, message->nlmsg_len, 0) < 0) fail(what);
  ssize_t length = recv(space->socket, answer, sizeof answer, 0);
  struct nlmsghdr *header = (void *)answer;
  if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || header->nlmsg_type != NLMSG_ERROR) fail(what);
  errno = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
  if (errno != 0) fail(what);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}
