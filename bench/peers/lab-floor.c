/* The lab of lab-by-steps.sh by a program that speaks rtnetlink itself: what the kernel takes, and hardly anything else. */
#include "space.h"
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/resource.h>

/* Of the lab of lab-by-steps.sh. */
enum { LAB_SPACES = 5 };

/* A message under construction: the header, the object's struct, its attributes. */
static struct {
  struct nlmsghdr header;
  char rest[1024];
} message;

static void begin(int type, int flags, const void *object, size_t length) {
  memset(&message, 0, sizeof message);
  message.header.nlmsg_len = NLMSG_LENGTH(length);
  message.header.nlmsg_type = type;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  memcpy(NLMSG_DATA(&message.header), object, length);
}

static struct rtattr *put(int type, const void *data, size_t length) {
  struct rtattr *attribute = (void *)((char *)&message + NLMSG_ALIGN(message.header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(length);
  if (length > 0) memcpy(RTA_DATA(attribute), data, length);
  message.header.nlmsg_len = NLMSG_ALIGN(message.header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static void put_text(int type, const char *text) { put(type, text, strlen(text) + 1); }
static void put_number(int type, unsigned number) { put(type, &number, sizeof number); }

/* What is put from here on, until the end, is inside of this attribute. */
static struct rtattr *nest(int type) { return put(type, NULL, 0); }
static void end(struct rtattr *nested) {
  nested->rta_len = (char *)&message + message.header.nlmsg_len - (char *)nested;
}

static void begin_link(int index, int up) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};
  begin(RTM_NEWLINK, index ? 0 : NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
}

static void add_bridge(struct space *space, unsigned index) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  put_text(IFLA_IFNAME, "br0");
  struct rtattr *info = nest(IFLA_LINKINFO);
  put_text(IFLA_INFO_KIND, "bridge");
  struct rtattr *data = nest(IFLA_INFO_DATA);
  unsigned char snooping = 0;
  put(IFLA_BR_MCAST_SNOOPING, &snooping, 1);
  end(data);
  end(info);
  commit(space, &message.header, "br0");
}

/* A pair: `name` here, and `peer` in another namespace, which has to come up later (veth_open: ENOTCONN). */
static void add_pair(struct space *space, const char *name, unsigned index, struct space *other, const char *peer,
                     unsigned peer_index) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  put_text(IFLA_IFNAME, name);
  struct rtattr *info = nest(IFLA_LINKINFO);
  put_text(IFLA_INFO_KIND, "veth");
  struct rtattr *data = nest(IFLA_INFO_DATA);
  link = (struct ifinfomsg){.ifi_index = peer_index};
  struct rtattr *far = put(VETH_INFO_PEER, &link, sizeof link);
  put_text(IFLA_IFNAME, peer);
  put_number(IFLA_NET_NS_FD, other->fd);
  end(far);
  end(data);
  end(info);
  commit(space, &message.header, name);
}

static void join(struct space *space, unsigned index, unsigned bridge) {
  begin_link(index, 1);
  put_number(IFLA_MASTER, bridge);
  commit(space, &message.header, "master");
}

static void add_macvlan(struct space *space, unsigned parent, struct space *other, const char *name, unsigned index) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  put_text(IFLA_IFNAME, name);
  put_number(IFLA_LINK, parent);
  put_number(IFLA_NET_NS_FD, other->fd);
  struct rtattr *info = nest(IFLA_LINKINFO);
  put_text(IFLA_INFO_KIND, "macvlan");
  struct rtattr *data = nest(IFLA_INFO_DATA);
  put_number(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
  end(data);
  end(info);
  commit(space, &message.header, name);
}

static void add_address(struct space *space, unsigned index, const char *text) {
  struct ifaddrmsg object = {.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = index};
  struct in_addr address, broadcast;
  inet_pton(AF_INET, text, &address);
  broadcast.s_addr = address.s_addr | htonl(255);
  begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &object, sizeof object);
  put(IFA_LOCAL, &address, sizeof address);
  put(IFA_ADDRESS, &address, sizeof address);
  put(IFA_BROADCAST, &broadcast, sizeof broadcast);
  commit(space, &message.header, text);
}

/* So many hosts, each with a cable to one switch and an address: `lab-floor 100`. */
static double make_hosts(int hosts, struct space *space) {
  enum { BRIDGE = 1u << 20 };
  struct space *switches = &space[hosts];
  double started = milliseconds();
  *switches = make_space();
  add_bridge(switches, BRIDGE);
  for (int at = 0; at < hosts; at++) {
    char port[32], address[32];
    unsigned index = 100 + at;
    snprintf(port, sizeof port, "p%d", at);
    snprintf(address, sizeof address, "10.0.%d.%d", (at + 1) / 256, (at + 1) % 256);
    space[at] = make_space();
    add_pair(&space[at], "eth0", index, switches, port, index);
    join(switches, index, BRIDGE);
    add_address(&space[at], index, address);
  }
  return milliseconds() - started;
}

static double make_lab(struct space *space) {
  enum { NS1, NS2, HOST, GATEWAY, SWITCH };
  enum { BRIDGE = 100, UP0, P0, ETH0, P1, M1, M2 };
  double started = milliseconds();
  for (int at = 0; at < LAB_SPACES; at++) space[at] = make_space();
  add_bridge(&space[SWITCH], BRIDGE);
  add_pair(&space[HOST], "up0", UP0, &space[SWITCH], "p0", P0);
  join(&space[SWITCH], P0, BRIDGE);
  add_address(&space[HOST], UP0, "10.0.0.18");
  add_pair(&space[GATEWAY], "eth0", ETH0, &space[SWITCH], "p1", P1);
  join(&space[SWITCH], P1, BRIDGE);
  add_address(&space[GATEWAY], ETH0, "10.0.0.1");
  add_macvlan(&space[HOST], UP0, &space[NS1], "m1", M1);
  add_address(&space[NS1], M1, "10.0.0.101");
  add_macvlan(&space[HOST], UP0, &space[NS2], "m2", M2);
  add_address(&space[NS2], M2, "10.0.0.102");
  return milliseconds() - started;
}

int main(int count, char **arguments) {
  int hosts = count > 1 ? atoi(arguments[1]) : 0, spaces = hosts > 0 ? hosts + 1 : LAB_SPACES;
  struct rlimit most = {.rlim_cur = 2 * spaces + 64, .rlim_max = 2 * spaces + 64};
  struct space *space = calloc(spaces, sizeof *space);
  if (space == NULL || (hosts > 0 && setrlimit(RLIMIT_NOFILE, &most) < 0)) fail("room");
  double build = hosts > 0 ? make_hosts(hosts, space) : make_lab(space);
  double built = milliseconds();
  for (int at = 0; at < spaces; at++) {
    close(space[at].socket);
    close(space[at].fd);
  }
  printf("measured build %.3f\nmeasured close %.3f\n", build, milliseconds() - built);
  return 0;
}
