/** The multicast groups that are told of changes, by the objects that change (`RTNLGRP_*`, linux/rtnetlink.h). */
export const MONITOR_GROUPS = {
  link: [1],
  // The kernel tells both tables' changes to one group; the messages have other families (fdb_notify).
  neighbour: [3],
  fdb: [3],
  address: [5, 9],
  route: [7, 11],
  rule: [8, 19],
  mdb: [26],
  mroute: [6, 10],
  nexthop: [32],
  vlan: [33],
} as const;

/** What changes can be heard of. */
export type Monitored = keyof typeof MONITOR_GROUPS;
