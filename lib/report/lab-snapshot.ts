/** A lab at one moment, as plain data: what the evidence of a failed test is made from. */
export interface LabSnapshot {
  namespaces: NamespaceSnapshot[];
}

/** Of a lab what a drawing needs. */
export interface NetworkSnapshot {
  namespaces: Pick<NamespaceSnapshot, 'name' | 'role' | 'interfaces'>[];
}

export interface NamespaceSnapshot {
  name: string;
  role: 'host' | 'router' | 'switch';
  /** All but the loopback and a switch's bridge, by index: a device stands behind those that it was made on. */
  interfaces: InterfaceSnapshot[];
  /** `lo`; its addresses without 127.0.0.1 and ::1. Left out: up, except on a switch. */
  loopback?: { up: boolean; addresses: string[]; addressWords?: string[][] };
  /** Routes that the lab or a spec added, of any table; the kernel's own (of an address's subnet) are left out. */
  routes: RouteSnapshot[];
  /** Of the kernel's own routes, of an address's subnet each, those that somebody deleted. */
  withoutRoutes?: { to: string; family: 4 | 6; dev: string }[];
  /** The routing policy where somebody changed it, in the words of `ip rule show`. */
  rules?: { family: 4 | 6; lines: string[] }[];
  /** The addresses that it answers for: `ip neighbour show proxy`. */
  proxies?: { to: string; dev: string }[];
  /** Queueing disciplines that somebody gave to a device. */
  qdiscs?: { dev: string; kind: string }[];
  neighbours: { to: string; lladdr?: string; dev: string; state: string }[];
  /** Static forwarding entries of a switch, and learnt ones; the addresses of the ports themselves are left out. */
  fdb: { mac: string; dev: string; static: boolean; local?: true }[];
  /** Those that differ from what a new namespace of this kernel has, and what a lab sets because hosts differ in it. */
  sysctls: Record<string, string>;
  /** The ruleset in nft's own words; empty for none. */
  nftables: string;
  /** Of a switch's bridge: `br0`, up, unless it says otherwise. */
  bridge?: { ageingTime: number; stp: boolean; mcastSnooping: boolean; name?: string; index?: number; up?: boolean };
}

export interface RouteSnapshot {
  /** `10.1.0.0/24`, or `default`. */
  to: string;
  family: 4 | 6;
  via?: string;
  dev?: string;
  /** The next hop is on the link, whatever the other routes say. */
  onlink?: boolean;
  /** Several next hops, in place of `via` and `dev`. */
  nexthops?: { via?: string; dev?: string; weight: number; onlink?: boolean }[];
  src?: string;
  metric?: number;
  /** Bytes of a packet that may go this way. */
  mtu?: number;
  /** The only type of service that it is for. */
  tos?: number;
  /** IPv6: the only sources that it is for. */
  from?: string;
  /** Left out: `boot`. Of the kernel's own, those that no address has brought along. */
  proto?: 'kernel';
  /** What it does that a script cannot say, such as `encap`. */
  leftOut?: string;
  /** Left out: `main`. */
  table?: number;
  /** `blackhole` and the like; left out for an ordinary one. */
  type?: string;
}

export interface InterfaceSnapshot {
  name: string;
  index: number;
  /** `veth`, `macvlan` … */
  kind: string;
  mac: string;
  mtu: number;
  up: boolean;
  carrier: boolean;
  promiscuous: boolean;
  /** Left out: it asks for MAC addresses, and answers with its own; false is `arp off`. */
  arp?: false;
  /** `10.0.0.1/24`; link-local ones that the kernel made are left out. */
  addresses: string[];
  /** Of each address, what else was said as it was added, such as `noprefixroute`; left out where that is nothing. */
  addressWords?: string[][];
  /** Those of the addresses that nobody may use: duplicate address detection is not done, or found another owner. */
  withheld?: string[];
  /** veth: the other end, as `sw/p0`. */
  peer?: string;
  /** macvlan, ipvlan, vlan …: the device below, as `host/up0`. */
  parent?: string;
  /** macvlan: the real NIC below, which is not of the lab. */
  uplink?: string;
  /** Of a macvtap, too, as `ipvlan` is of an ipvtap. */
  macvlan?: { mode: string; macaddr: string[]; nopromisc: boolean; nodst: boolean; bcqueuelen?: number };
  ipvlan?: { mode: string; flag: string };
  vlan?: { protocol: string; id: number };
  /** A bridge in a host's namespace, made by other software. */
  bridge?: { ageingTime: number; stp: boolean; mcastSnooping: boolean };
  /** The bridge of a host that it is a port of; a switch has one only, and its ports don't name it. */
  master?: string;
  /** A port of a bridge: its settings, in the words of PortOptions. */
  port?: Record<string, boolean | string | number>;
}
