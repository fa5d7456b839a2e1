import { dividesGivenPorts } from '../kernel/given-ports.ts';
import type { NftExpression } from '../netlink/netfilter/nf-expression.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';

/** What a `payload` expression loads: bytes of a header. */
export interface Load {
  base: number;
  offset: number;
  length: number;
}

interface Bytes {
  from: number;
  to: number;
}

/** `NFT_PAYLOAD_LL_HEADER`, `_NETWORK_HEADER` and `_TRANSPORT_HEADER`. Of others, data is loaded, or the headers inside a tunnel. */
const [LINK_HEADER, NETWORK_HEADER, TRANSPORT_HEADER] = [0, 1, 2];

/** Two VLAN tags end here. Behind the header without tags, this is the identification of IPv4. */
const LINK_HEADER_END = 18;

/**
 * Where an IPv4 packet has its identification and its checksum, and where the source port is behind a header without options. Every packet has
 * others.
 */
const NUMBERS_OF_NETWORK: readonly Bytes[] = [
  { from: 4, to: 6 },
  { from: 10, to: 12 },
  { from: 20, to: 24 },
];
/** An IPv6 packet has its source address at 8, and an ARP packet a MAC address at 18. Both have the destination behind these. */
const ADDRESSES = [8, 18];
const NETWORK_HEADER_END = 40;
/** The flow label of IPv6 follows from the ports. */
const FLOW_LABEL = { from: 1, to: 4 };

/**
 * Where a TCP header has the numbers of a connection, and its checksum; an echo request has its identifier there. All are new for each probe.
 * Two bytes at 4 may also be the length of a UDP datagram.
 */
const NUMBERS_OF_TRANSPORT: readonly Bytes[] = [
  { from: 4, to: 12 },
  { from: 16, to: 18 },
];
/** The options of TCP follow, with the clock (`TCPOPT_TIMESTAMP`). */
const TRANSPORT_HEADER_END = 20;
/** ICMP has its type and its code there. */
const SOURCE_PORT = { from: 0, to: 2 };
/** An answer goes to the source port of its probe. Of ICMP this is the checksum. */
const ANSWERED_PORT = { from: 2, to: 4 };

/** Where the network header of IPv4 and that of IPv6 say which protocol follows. */
const PROTOCOL_AT = [9, 6];
/** `NFT_META_L4PROTO`. */
const META_PROTOCOL = 16;
/** Those that begin with their ports. */
const WITH_PORTS: readonly number[] = [
  ...[IP_PROTOCOL.tcp, IP_PROTOCOL.udp, IP_PROTOCOL.dccp, IP_PROTOCOL.sctp, IP_PROTOCOL.udplite],
];

/** `NFT_CMP_NEQ`: this and less compare with one value. */
const EQUALITY = 1;
/** `NFT_CMP_LTE`, `_GT`: the value itself is on the side of the smaller ones. */
const INCLUDING = new Set([3, 4]);
/** What puts something beside what was loaded, before both are looked up at once. */
const LOADS = new Set(['payload', 'meta', 'ct', 'fib', 'rt', 'immediate']);

/**
 * Whether two packets that are alike have the same in the bytes that a rule loads, or the rule does not tell them apart.
 *
 * @param before the expressions before the load
 * @param behind those behind it
 */
export function isSteadyPayload(
  load: Load,
  before: readonly NftExpression[],
  behind: readonly NftExpression[],
): boolean {
  const { base, offset } = load;
  const end = offset + load.length;
  switch (base) {
    case LINK_HEADER:
      return end <= LINK_HEADER_END;
    case NETWORK_HEADER:
      if (offset <= FLOW_LABEL.from && end >= FLOW_LABEL.to) return false;
      return ADDRESSES.includes(offset) || (end <= NETWORK_HEADER_END && !overlaps(load, NUMBERS_OF_NETWORK));
    case TRANSPORT_HEADER:
      if (end > TRANSPORT_HEADER_END || overlaps(load, NUMBERS_OF_TRANSPORT)) return false;
      // Two bytes may be both the type and the code.
      if (overlaps(load, [SOURCE_PORT])) return load.length === 1 && isOfPortless(before);
      if (offset === ANSWERED_PORT.from && end === ANSWERED_PORT.to) return areAlikeTo(behind);
      return !overlaps(load, [ANSWERED_PORT]);
    default:
      return false;
  }
}

function overlaps({ offset, length }: Load, all: readonly Bytes[]): boolean {
  return all.some(({ from, to }) => offset < to && offset + length > from);
}

/** Whether the rule has let only packets come here whose protocol has no ports: nft asks for the protocol before a field of it. */
function isOfPortless(before: readonly NftExpression[]): boolean {
  const at = before.findLastIndex(isProtocol);
  const { name, data } = before[at + 1] ?? {};
  const { by, with: wanted } = (data ?? {}) as { by?: number; with?: { value?: Buffer } };
  const protocol = at >= 0 && name === 'cmp' && by === 0 ? wanted?.value?.[0] : undefined;
  return protocol !== undefined && !WITH_PORTS.includes(protocol);
}

function isProtocol({ name, data }: NftExpression): boolean {
  const { key, base, offset = -1, length } = data as Partial<Load> & { key?: number };
  if (name === 'meta') return key === META_PROTOCOL;
  return name === 'payload' && base === NETWORK_HEADER && length === 1 && PROTOCOL_AT.includes(offset);
}

/** Whether all ports that sockets are given fare alike by what a port is compared with. */
function areAlikeTo(behind: readonly NftExpression[]): boolean {
  const first = behind.findIndex(({ name }) => !LOADS.has(name));
  const [comparison, ...more] = behind.slice(first);
  switch (comparison?.name) {
    case 'cmp': {
      const end = more.findIndex(({ name }) => name !== 'cmp');
      return [comparison, ...more.slice(0, end === -1 ? undefined : end)].every(({ data }) => !isCut(data));
    }
    case 'range': {
      const { from, to } = comparison.data as Record<'from' | 'to', { value: Buffer }>;
      return !dividesGivenPorts({ first: from.value.readUInt16BE(), last: to.value.readUInt16BE() });
    }
    case 'lookup':
      return (comparison.data as { hasRanges: boolean }).hasRanges === false;
    default:
      return false;
  }
}

/** Whether a comparison tells one port that sockets are given from another. One port of them all is as good as none. */
function isCut(data: object): boolean {
  const { by = 0, with: wanted } = data as { by?: number; with?: { value?: Buffer } };
  if (by <= EQUALITY || wanted?.value?.length !== ANSWERED_PORT.to - ANSWERED_PORT.from) return by > EQUALITY;
  const port = wanted.value.readUInt16BE();
  return dividesGivenPorts({ first: 0, last: INCLUDING.has(by) ? port : port - 1 });
}
