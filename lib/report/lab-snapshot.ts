/** A lab at one moment, as plain data: what the evidence of a failed test is made from. */
export interface LabSnapshot {
  namespaces: NamespaceSnapshot[];
}

export interface NamespaceSnapshot {
  name: string;
  role: 'host' | 'router' | 'switch';
  interfaces: InterfaceSnapshot[];
  /** The main tables' routes that the lab or a spec added; the kernel's own (of an address's subnet) are left out. */
  routes: { to: string; via?: string; dev?: string; src?: string }[];
  neighbours: { to: string; lladdr?: string; dev: string; state: string }[];
  /** Static forwarding entries of a switch, and learnt ones. */
  fdb: { mac: string; dev: string; static: boolean }[];
  /** Those that differ from what a new namespace of this kernel has. */
  sysctls: Record<string, string>;
  /** The ruleset in nft's own words; empty for none. */
  nftables: string;
  /** Of a switch's bridge. */
  bridge?: { ageingTime: number; stp: boolean; mcastSnooping: boolean };
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
  /** `10.0.0.1/24`; link-local ones that the kernel made are left out. */
  addresses: string[];
  /** veth: the other end, as `sw/p0`. */
  peer?: string;
  /** macvlan: the device below, as `host/up0`. */
  parent?: string;
  macvlan?: { mode: string; macaddr: string[]; nopromisc: boolean; nodst: boolean; bcqueuelen?: number };
  /** A port of a switch: its settings, in the words of PortOptions. */
  port?: Record<string, boolean | string | number>;
}
