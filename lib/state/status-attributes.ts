/**
 * What a device says of its state, or of what follows from its settings: it is no setting itself, and differs from device to
 * device. All else is a setting (linux/if_link.h, linux/if_bridge.h).
 */
export const STATUS: Readonly<Record<'link' | 'bridge' | 'bridgePort' | 'macvlan', ReadonlySet<number>>> = {
  link: new Set([
    // IFLA_ADDRESS, BROADCAST, IFNAME, MTU, LINK, QDISC, STATS, MASTER, OPERSTATE, LINKINFO, MAP
    ...[1, 2, 3, 4, 5, 6, 7, 10, 14, 16, 18],
    // IFLA_STATS64, AF_SPEC, EXT_MASK, PROMISCUITY, CARRIER, PHYS_PORT_ID, CARRIER_CHANGES, PHYS_SWITCH_ID, LINK_NETNSID
    ...[23, 26, 29, 30, 33, 34, 35, 36, 37],
    // IFLA_PHYS_PORT_NAME, XDP, EVENT, NEW_NETNSID, CARRIER_UP_COUNT, CARRIER_DOWN_COUNT, NEW_IFINDEX, MIN_MTU, MAX_MTU
    ...[38, 43, 44, 45, 47, 48, 49, 50, 51],
    // IFLA_PERM_ADDRESS, PARENT_DEV_NAME, PARENT_DEV_BUS_NAME, ALLMULTI, DEVLINK_PORT, DPLL_PIN
    ...[54, 56, 57, 61, 62, 65],
    // IFLA_TSO_MAX_SIZE, TSO_MAX_SEGS: of the driver.
    ...[59, 60],
  ]),
  bridge: new Set([
    // IFLA_BR_ROOT_ID, BRIDGE_ID, ROOT_PORT, ROOT_PATH_COST, TOPOLOGY_CHANGE, TOPOLOGY_CHANGE_DETECTED
    ...[10, 11, 12, 13, 14, 15],
    // IFLA_BR_HELLO_TIMER, TCN_TIMER, TOPOLOGY_CHANGE_TIMER, GC_TIMER, MCAST_QUERIER_STATE, FDB_N_LEARNED
    ...[16, 17, 18, 19, 47, 48],
  ]),
  bridgePort: new Set([
    // IFLA_BRPORT_STATE is a setting of its own; ROOT_ID, BRIDGE_ID, DESIGNATED_PORT, DESIGNATED_COST, ID, NO
    ...[1, 12, 13, 14, 15, 16, 17],
    // IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, CONFIG_PENDING, MESSAGE_AGE_TIMER, FORWARD_DELAY_TIMER, HOLD_TIMER, FLUSH
    ...[18, 19, 20, 21, 22, 23],
    // IFLA_BRPORT_MRP_RING_OPEN, MRP_IN_OPEN, MCAST_EHT_HOSTS_CNT, MCAST_N_GROUPS
    ...[35, 36, 38, 42],
  ]),
  // IFLA_MACVLAN_MACADDR_COUNT, BC_QUEUE_LEN_USED
  macvlan: new Set([6, 8]),
};
