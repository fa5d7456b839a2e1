import { dividesGivenPorts } from '../kernel/given-ports.ts';
import type { FilterExtension } from '../kernel/tables/legacy-rules.ts';

/** The matches and targets of iptables and ebtables by which two packets that are alike fare alike. `ERROR` is the end of a chain. */
const STEADY = new Set([
  ...['', 'ERROR', 'ACCEPT', 'DROP', 'RETURN'],
  ...`addrtype ah cgroup comment conntrack dccp devgroup dscp dst ecn esp eui64 frag hbh helper hl icmp icmp6 ipcomp
  iprange ipv6header length mac mark mh multiport owner physdev pkttype policy realm rpfilter rt sctp socket state tcp
  tcpmss tos ttl udp udplite`.split(/\s+/),
  ...`CHECKSUM CLASSIFY CT DNAT DSCP HL LOG MARK MASQUERADE NETMAP NFLOG NOTRACK REDIRECT REJECT SECMARK SNAT TCPMSS
  TCPOPTSTRIP TEE TOS TPROXY TRACE TTL`.split(/\s+/),
  // Of ebtables.
  ...'802_3 arp ip ip6 mark_m stp vlan arpreply dnat mark redirect snat'.split(' '),
]);

/** `XT_MULTIPORT_DESTINATION`; the others look at the source port, or at both. */
const MULTIPORT_DESTINATION = 1;
/** In `struct xt_multiport_v1`: the ports, and which of them begin a range that the next one ends. */
const MULTIPORT = { ports: 2, beginsRange: 32, length: 48 };

/** In `struct xt_conntrack_mtinfo3`: what of a connection is looked at. */
const CONNTRACK_FLAGS = 146;
/** `XT_CONNTRACK_EXPIRES`, `_ORIGSRC_PORT` and `_REPLDST_PORT`, which a connection of a probe has for itself. */
const CONNTRACK_OF_ONE = (1 << 7) | (1 << 8) | (1 << 11);

/** Where `struct ebt_ip_info` and `struct ebt_ip6_info` say what of a packet is looked at, and where the range of destination ports is. */
const BRIDGED = { ip: { flags: 18, ports: 24 }, ip6: { flags: 66, ports: 72 } };
/** `EBT_IP_SPORT` and `EBT_IP_DPORT`; those of IPv6 are the same. */
const [BRIDGED_SOURCE_PORT, BRIDGED_DESTINATION_PORT] = [0x10, 0x20];
/** In `struct xt_tcp` and `struct xt_udp`. */
const DESTINATION_PORTS = 4;

/** `NF_NAT_RANGE_PROTO_SPECIFIED` and `_PROTO_RANDOM_ALL`: of a range of ports, each connection gets one by chance. */
const [PORT_RANGE, RANDOM_PORTS] = [0x2, 0x14];
/** `sizeof(struct nf_nat_range)` begins with its flags. The older struct for IPv4 is shorter, and has its number of ranges before them. */
const NAT_RANGE = 40;

/** Whether a match looks at what differs from probe to probe, of those that are steady but for that; or a target rolls dice. */
const LOOKS_AT_NUMBERS: Readonly<Record<string, (data: Buffer) => boolean>> = {
  tcp: looksAtGivenPorts,
  udp: looksAtGivenPorts,
  multiport: (data) => data[0] !== MULTIPORT_DESTINATION || hasRangeOfMultiport(data),
  // Older revisions have other structs, and no port.
  conntrack: (data) =>
    data.length < CONNTRACK_FLAGS + 2 || (data.readUInt16LE(CONNTRACK_FLAGS) & CONNTRACK_OF_ONE) !== 0,
  ip: (data) => looksAtBridgedPorts(data, BRIDGED.ip),
  ip6: (data) => looksAtBridgedPorts(data, BRIDGED.ip6),
  DNAT: choosesPort,
  REDIRECT: choosesPort,
};

/** Whether two packets that are alike fare alike by a match or target: each probe has its own source port, and its answer goes there. */
export function isSteadyExtension({ name, data }: FilterExtension): boolean {
  return STEADY.has(name) && !LOOKS_AT_NUMBERS[name]?.(data);
}

/** `struct xt_tcp` and `struct xt_udp` begin with the least and the greatest source port. */
function looksAtGivenPorts(data: Buffer): boolean {
  if (data.length < DESTINATION_PORTS + 4 || data.readUInt16LE(0) !== 0 || data.readUInt16LE(2) !== 0xffff) return true;
  return hasDividedRange(data, DESTINATION_PORTS);
}

function hasRangeOfMultiport(data: Buffer): boolean {
  if (data.length < MULTIPORT.length) return false;
  const ports = Array.from({ length: data[1] ?? 0 }, (_, at) => at);
  return ports.some((at) => data[MULTIPORT.beginsRange + at] === 1 && hasDividedRange(data, MULTIPORT.ports + 2 * at));
}

function looksAtBridgedPorts(data: Buffer, { flags, ports }: { flags: number; ports: number }): boolean {
  const looksAt = data[flags] ?? BRIDGED_SOURCE_PORT;
  if (looksAt & BRIDGED_SOURCE_PORT) return true;
  return (looksAt & BRIDGED_DESTINATION_PORT) !== 0 && hasDividedRange(data, ports);
}

function choosesPort(data: Buffer): boolean {
  const at = data.length < NAT_RANGE ? 4 : 0;
  if (data.length < at + 4) return true;
  const flags = data.readUInt32LE(at);
  return (flags & PORT_RANGE) !== 0 && (flags & RANDOM_PORTS) !== 0;
}

/** Whether two ports are a range that has some of the ports that answers go to, and lacks others. */
function hasDividedRange(data: Buffer, at: number): boolean {
  return dividesGivenPorts({ first: data.readUInt16LE(at), last: data.readUInt16LE(at + 2) });
}
