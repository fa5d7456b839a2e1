/* Makes namespaces, and sends them the rtnetlink messages that hairpin sent (bench/record-changes.ts). */
#include "space.h"

enum { MOST_SPACES = 64, MOST_DESCRIPTORS = 256, MOST_MESSAGES = 4096 };

static struct space space[MOST_SPACES];
static struct { int of, number; } descriptors[MOST_DESCRIPTORS];
static struct { int to; struct nlmsghdr *header; } messages[MOST_MESSAGES];

static struct nlmsghdr *message_of(int type, int flags, const char *hex) {
  size_t length = strlen(hex) / 2;
  struct nlmsghdr *header = calloc(1, NLMSG_SPACE(length));
  if (header == NULL) fail("room");
  header->nlmsg_len = NLMSG_LENGTH(length);
  header->nlmsg_type = type;
  header->nlmsg_flags = flags | NLM_F_REQUEST | NLM_F_ACK;
  for (size_t at = 0; at < length; at++) sscanf(hex + 2 * at, "%2hhx", (unsigned char *)NLMSG_DATA(header) + at);
  return header;
}

int main(int count, char **arguments) {
  int spaces = 0, fds = 0, sent = 0, to, type, flags, number;
  FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
  char *line = NULL, hex[65536];
  size_t room = 0;
  if (file == NULL) fail("a file of messages");
  while (getline(&line, &room, file) > 0) {
    if (fds < MOST_DESCRIPTORS && sscanf(line, "fd %d %d", &to, &number) == 2) {
      descriptors[fds].of = to;
      descriptors[fds++].number = number;
    } else if (sent < MOST_MESSAGES && sscanf(line, "message %d %d %d %65535s", &to, &type, &flags, hex) == 4) {
      messages[sent].to = to;
      messages[sent++].header = message_of(type, flags, hex);
    } else {
      fail(line);
    }
    if (to >= MOST_SPACES) fail("too many namespaces");
    if (to >= spaces) spaces = to + 1;
  }
  fclose(file);
  double started = milliseconds();
  for (int at = 0; at < spaces; at++) space[at] = make_space();
  for (int at = 0; at < fds; at++) {
    /* The messages name namespaces by these numbers. */
    if (descriptors[at].number <= space[spaces - 1].socket) fail("a descriptor that this program uses itself");
    if (dup2(space[descriptors[at].of].fd, descriptors[at].number) < 0) fail("dup2");
  }
  for (int at = 0; at < sent; at++) {
    char name[32];
    snprintf(name, sizeof name, "message %d", at + 1);
    commit(&space[messages[at].to], messages[at].header, name);
  }
  printf("measured build %.3f\n", milliseconds() - started);
  return 0;
}
