import type { Family } from '../wire/ip-address.ts';

/** A device by its namespace and its own name: `sw/p0`. Neither has a slash in it. */
export type DeviceName = `${string}/${string}`;

/**
 * What may keep a frame from its next step, by a public code, with the facts of each. Facts are plain data: names of
 * namespaces (`sw`) and devices (`sw/p0`), settings, values. lib/diagnosis/words says what each code and each fact means.
 */
export interface CauseFacts {
  'link.down': { device: DeviceName; routes?: true };
  'link.gone': { device: DeviceName };
  'link.no-carrier': NoCarrier;
  'link.dummy': { device: DeviceName };
  'link.mtu': TooLong;
  'link.unconnected': { from: DeviceName; to: string };
  'uplink.left': { device: DeviceName; uplink: string; siblings: readonly DeviceName[] };

  'bridge.down': { namespace: string; bridge: string };
  'bridge.not-a-port': { port: DeviceName; bridge: string };
  'bridge.port-state': { port: DeviceName; state: string; side: Side; because?: 'spanning-tree' | 'bpdu-guard' };
  'bridge.hairpin-off': { port: DeviceName; wouldHelp: boolean; translated?: string };
  'bridge.isolated': { ingress: DeviceName; egress: DeviceName };
  'bridge.bad-source': { port: DeviceName; mac: string };
  'bridge.reserved': { port: DeviceName; mac: string };
  'bridge.locked': { port: DeviceName; mac: string };
  'bridge.bcast-flood-off': { port: DeviceName };
  'bridge.mcast-flood-off': { port: DeviceName };
  'bridge.flood-off': { port: DeviceName; mac: string };
  'bridge.proxy-arp': { port: DeviceName };
  'bridge.neigh-suppress': Suppressed;
  'bridge.vlan': { port: DeviceName; id: number; side: Side; pvidOf?: DeviceName };
  'bridge.vlan-state': { port: DeviceName; id: number; state: string; side: Side; msti?: number };
  'bridge.no-pvid': { port: DeviceName; tag?: Tag; tunnel?: 'unmapped' };
  'bridge.no-tunnel': { port: DeviceName; because: 'not-filtering' | 'off' | 'untagged' | 'unmapped'; vlan?: number };
  'bridge.no-mdb-entry': { port: DeviceName; group: string; vlan?: number };
  'bridge.other-port': { mac: string; port: DeviceName; wanted: DeviceName };
  'bridge.local-entry': { mac: string; port: DeviceName; wanted: DeviceName };
  'bridge.other-bridge': { port: DeviceName; bridge: string; wanted: DeviceName; other: string };

  'macvlan.private': { device: DeviceName; as: 'sender' | 'receiver' };
  'macvlan.source-sender': { device: DeviceName };
  'macvlan.not-listed': { device: DeviceName; mac: string };
  'macvlan.other-mac': { device: DeviceName; mac: string; parent: string; parentMac: string; destination: string };
  'macvlan.passthru': { device: DeviceName; parent: DeviceName };
  'macvlan.nodst': { device: DeviceName; parent: DeviceName };
  'macvlan.no-queue': { parent: DeviceName };
  'macvlan.parent': { device: DeviceName; parent: DeviceName };
  'macvlan.siblings': { device: DeviceName; sibling: DeviceName; parent: DeviceName };

  'ipvlan.no-group-in': { device: DeviceName; mode: string; parent: DeviceName };
  'ipvlan.no-group-out': { device: DeviceName; mode: string; parent: DeviceName };
  'ipvlan.private': { device: DeviceName; sibling: DeviceName; parent: DeviceName };
  'ipvlan.ip-only': { device: DeviceName; mode: string };
  'ipvlan.parent-host': { namespace: string; parent: DeviceName; source: string };
  'ipvlan.no-route': { namespace: string; to: string; device: DeviceName; mode: string };
  'ipvlan.no-neighbours': { device: DeviceName; mode: string; parent: DeviceName; asked?: Asked };

  'bond.backup-slave': { device: DeviceName; bond: DeviceName; active?: DeviceName };

  'vlan.other-tag': { device: DeviceName; protocol: string; id: number; tag: Tag | null };
  'vlan.missing': { device: DeviceName; tag: Tag };
  'vxlan.proxy': { device: DeviceName; address: string; message: 'question' | 'answer' };
  'vxlan.no-remote': { device: DeviceName; mac: string };
  'vxlan.other-remote': {
    device: DeviceName;
    mac: string;
    /** Of the entry of its forwarding database: the same, or the one that stands for all others. */
    by: string;
    remotes: readonly string[];
    wanted: DeviceName;
  };
  'tunnel.not-taken': NotTaken;
  'tunnel.refused': {
    device: DeviceName;
    by: DeviceName;
    option: 'icsum' | 'iseq' | 'udp6zerocsumrx' | 'gbp' | 'gpe' | 'remcsumrx';
    has: boolean;
    function: string;
  };
  'tunnel.no-metadata': { device: DeviceName };
  'wireguard.no-peer': { device: DeviceName; address: string };
  'wireguard.no-endpoint': { device: DeviceName; address: string };
  'wireguard.no-listener': { device: DeviceName; endpoint: string; namespace: string };
  'wireguard.other-key': { device: DeviceName; sender: DeviceName };
  'wireguard.unknown-peer': { device: DeviceName; sender: DeviceName };
  'wireguard.preshared-key': { device: DeviceName; sender: DeviceName };
  'wireguard.not-allowed': {
    device: DeviceName;
    sender: DeviceName;
    source: string;
    allowedIps: readonly string[];
  };
  'hsr.other-protocol': { device: DeviceName; sends: string; other: DeviceName; expects: string };
  'hsr.no-node': { device: DeviceName; port: DeviceName };
  'macsec.no-key': { device: DeviceName; association: number; inactive?: true };
  'macsec.no-channel': { device: DeviceName; sender: DeviceName; sci: string };
  'macsec.no-association': {
    device: DeviceName;
    sender: DeviceName;
    sci: string;
    association: number;
    inactive?: true;
  };
  'macsec.mismatch': {
    device: DeviceName;
    sender: DeviceName;
    option: 'cipher' | 'icvlen';
    has: string | number;
    needs: string | number;
  };
  'macsec.replay': { device: DeviceName; sender: DeviceName; number: number; lowest: number };
  'macsec.other-key': { device: DeviceName; sender: DeviceName };
  'macsec.untagged': { device: DeviceName };
  'macsec.no-device': { device: DeviceName; sender: DeviceName };
  'tap.open': { device: DeviceName };

  'route.none': {
    namespace: string;
    to: string;
    back?: true;
    hasRules?: true;
    group?: { device: DeviceName };
    near?: { device: DeviceName; own: string; holder: DeviceName };
    withoutIpv6?: DeviceName;
    vrf?: { device: DeviceName; table: number };
    rule?: string;
    thrown?: string;
    table?: number;
    unused?: { table: number; vrf?: DeviceName };
  };
  'route.blackhole': ToNowhere;
  'route.unreachable': ToNowhere;
  'route.prohibit': ToNowhere;
  'route.other-device': { namespace: string; to: string; device: DeviceName; wanted: DeviceName };

  'mroute.none': { device: DeviceName; group: string; source: string; wanted?: DeviceName };
  'mroute.wrong-in': { device: DeviceName; group: string; source?: string; wanted?: DeviceName };
  'mroute.not-out': { device: DeviceName; group: string; source?: string };
  'mroute.ttl': { device: DeviceName; group: string; ttl: number; threshold: number };

  'router.forwarding-off': { namespace: string; family: Family; sysctl: string };
  'router.not-a-switch': { namespace: string };
  'router.no-holder': { namespace: string; address: string };
  'router.kept': { namespace: string };

  'neighbour.unanswered': { asked: Asked; lost?: LostQuestion };
  'neighbour.answer-lost': { asked: Asked; by?: { port: DeviceName; bridge: DeviceName }; lost?: LostQuestion };
  'neighbour.no-questions': { device: DeviceName; sysctl: string; asked: Asked };
  'neighbour.off-link': {
    asked: Asked;
    device: DeviceName;
    own?: string;
    holder: DeviceName;
    router?: string;
    proxy?: { device: DeviceName; sysctl: string };
  };
  'neighbour.proxy-idle': { asked: Asked; device: DeviceName; why: 'forwarding-off' | 'no-route' | 'same-device' };
  'neighbour.arp-off': { device: DeviceName; asked?: Asked };
  'neighbour.arp-ignore': { device: DeviceName; address: string; value: number; asked?: Asked };
  'neighbour.arp-filter': { device: DeviceName; address: string; asker: string; asked?: Asked };
  'neighbour.no-link-local': { device: DeviceName; asked: Asked };
  'neighbour.other-device': { device: DeviceName; owner: DeviceName; address: string; asked?: Asked };
  'neighbour.other-host': { device: DeviceName; namespace: string; address: string; isPermanent: boolean };
  'neighbour.port-mac': { device: DeviceName; mac: string; port: DeviceName; portMac: string };
  'neighbour.old-mac': {
    device: DeviceName;
    mac: string;
    destination: string;
    entry?: { namespace: string; address: string; isPermanent: boolean };
  };

  'address.none': { address: string; route?: { namespace: string; to: string } };
  'address.gone': { address: string; holder: string; why: string; mend?: string };
  'address.elsewhere': { namespace: string; address: string };
  'address.not-local': { namespace: string; address: string };
  'address.duplicate': { namespace: string; address: string };
  'address.tentative': { namespace: string; address: string; length?: number };
  'address.own-source': { namespace: string; address: string; lost: 'packet' | 'answer'; asked?: Asked };

  'host.rp-filter': ReversePath;
  'host.echo-ignored': { namespace: string; sysctl: string };
  'host.echo-limited': { namespace: string; sysctl: string; value: string; mask: string };
  'host.not-taken': { device: DeviceName };
  'group.not-joined': { device: DeviceName; group: string; by: 'stack' | 'parent' };

  'socket.none': { namespace: string; protocol: 'tcp' | 'udp'; port: number; peer?: string };
  'socket.other-address': {
    namespace: string;
    protocol: 'tcp' | 'udp';
    port: number;
    address: string;
    open: readonly string[];
    onlyIpv6?: true;
  };
  'socket.other-device': {
    namespace: string;
    protocol: 'tcp' | 'udp';
    port: number;
    device: DeviceName;
    bound: readonly DeviceName[];
  };
  'socket.unread': { namespace: string; port: number; waiting: number };
  'socket.backlog': { namespace: string; port: number; waiting: number; backlog: number };
  'socket.no-server': { namespace: string; protocol: 'tcp' | 'udp'; port: number; address: string };
  'socket.program': { namespace: string; id: number };
  'socket.filter': { namespace: string };
  'socket.full': { namespace: string };

  'nft.drop': NftRule;
  'nft.reject': NftRule;
  'nft.stolen': NftRule;
  'nft.queue': NftRule;
  'nft.policy': NftChain & { nearest: readonly { rule: string; field: string; value: string }[] };
  'iptables.drop': LegacyRule & { number: number; rule?: string };
  'iptables.reject': LegacyRule & { number: number; rule?: string };
  'iptables.policy': LegacyRule;
  'filter.drop': { namespace: string };

  'fault.partition': { namespace: string; groups: readonly (readonly string[])[]; of?: Whose };

  'tc.drop': { namespace: string; device?: DeviceName; side: 'ingress' | 'egress' };
  'tc.redirect': { device: DeviceName; side: 'ingress' | 'egress'; to: DeviceName; back?: true; qdisc?: string };
  'tc.program': Program & { side: 'ingress' | 'egress'; tcx?: true };
  'xdp.program': Program;
  'xdp.drop': { namespace: string; device?: DeviceName };
  'qdisc.netem': { device: DeviceName; loss?: number };
  'qdisc.drop': { namespace: string; device?: DeviceName };
  'machine.backlog': Record<never, never>;
  'ip.localnet': { namespace: string; from?: string; source?: string; to?: string; asked?: Asked };
  'ip.ttl': { namespace: string };
  'ip.checksum': { of: 'IP header' | 'TCP' | 'UDP' | 'ICMP' };
  'seg6.last-segment': { namespace: string; segment: string; action: string };
  'seg6.disabled': { device: DeviceName; sysctl: string };
  'ipsec.policy': { namespace: string; counter?: string };
  'ipsec.no-state': { namespace: string; counter: string };
  'ipsec.state': { namespace: string; counter: string };
  'tcp.md5': { namespace: string; is: 'missing' | 'unexpected' | 'wrong' };
  'tcp.min-ttl': { namespace: string };

  unknown: { silent?: string };
}

/** The public name of a cause: stable, and documented in docs/diagnoses.md. */
export type Code = keyof CauseFacts;

/** What kept a frame from its next step. */
export type Cause = { [C in Code]: { code: C; facts: CauseFacts[C] } }[Code];

/** The causes of some codes. */
export type CauseOf<C extends Code> = Extract<Cause, { code: C }>;

type Side = 'in' | 'out';

/** A question for a neighbour's MAC address that got no answer; or one of `answeredBy`, which was lost. */
export interface Asked {
  by: string;
  address: string;
  answeredBy?: string;
}

/** Where a question for a neighbour, or its answer, was last seen, and what kept it from there. */
interface LostQuestion {
  lastSeen: DeviceName;
  cause: Cause;
}

/** A message of ARP or ND that a port is not flooded with. */
interface Suppressed {
  port: DeviceName;
  setting: 'neigh_suppress' | 'proxy_arp_wifi';
  address: string;
  because: 'known' | 'own' | 'announced';
  /** Where the setting is that of a VLAN at the port. */
  vlan?: number;
}

/** A VLAN tag. */
export interface Tag {
  protocol: string;
  id: number;
}

/**
 * Why a link has none: the other end of the cable is down, or the parent; `through`: the parents between. `closed`: no program has it
 * open.
 */
interface NoCarrier {
  device: DeviceName;
  down?: { device: DeviceName; is: 'peer' | 'parent' };
  through?: readonly DeviceName[];
  because?: 'protodown' | 'closed' | 'members';
  members?: readonly DeviceName[];
}

/** The outer packet of a tunnel, in a host that has no tunnel for it. */
interface NotTaken {
  device: DeviceName;
  namespace: string;
  kind: string;
  lookup: string;
  source: string;
  to: string;
  port?: number;
  id?: number;
  key?: number;
  /** The one tunnel there that a single setting keeps from taking it. `has`, `needs`: undefined where there is none. */
  nearest?: {
    device: DeviceName;
    option: string;
    has?: string | number | undefined;
    needs?: string | number | undefined;
  };
}

/** A BPF program that may have taken a frame. */
interface Program {
  device: DeviceName;
  id?: number;
  name?: string;
  asked?: Asked;
}

/** A packet that is longer than a device, or a route, takes. Lengths are those of packets, in bytes. */
interface TooLong {
  /** Undefined where it is the MTU of a route. */
  device?: DeviceName;
  mtu: number;
  length: number;
  where:
    | { is: 'receiver'; sender: DeviceName; senderMtu: number }
    | { is: 'bridge' }
    /** `sysctl`: IPv6 has a separate MTU there, which is less than the device's. */
    | { is: 'router'; sysctl?: string }
    /** Of the router `namespace`, for packets to `to`. */
    | { is: 'route'; namespace: string; to: string }
    /** `room`: as much data as fits into the packet. */
    | { is: 'source'; namespace: string; to: string; room: number; sysctl?: string };
}

/** A route or a rule, in the words of `ip route` or `ip rule`; neither where nobody knows which it is. */
interface ToNowhere {
  namespace: string;
  route?: string;
  rule?: string;
}

/** RFC 3704. */
interface ReversePath {
  device?: DeviceName;
  namespace: string;
  /** Undefined where the kernel said so, and no setting was looked at. */
  source?: string;
  mode?: number;
  back?: 'elsewhere' | 'unnumbered' | 'none';
  asked?: Asked;
}

/** Whose packet a filter took, where it is not the frame of the path. */
type Whose = { is: 'answer' } | { is: 'outer packet' } | { is: 'solicitation'; address: string; by: 'ARP' | 'ND' };

interface NftChain {
  namespace: string;
  family: string;
  table: string;
  chain: string;
  hook: string;
  /** Whether the chain has the hook itself, or is jumped to from one. */
  isBase: boolean;
  /** Of the hooks ingress and egress. */
  device?: DeviceName;
  of?: Whose;
}

/** `rule` as `nft list chain` prints it, where it could be read. */
interface NftRule extends NftChain {
  handle: number;
  rule?: string;
}

interface LegacyRule {
  namespace: string;
  program: 'iptables-legacy' | 'ip6tables-legacy';
  table: string;
  chain: string;
  of?: Whose;
}
