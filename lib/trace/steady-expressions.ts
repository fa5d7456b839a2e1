import { dividesGivenPorts } from '../kernel/given-ports.ts';
import type { NftExpression } from '../netlink/nf-expression.ts';
import { isSteadyExtension } from './steady-extensions.ts';

/** What makes one packet of a nftables rule fare as the one before. Others count, roll dice, or look at the clock. */
const STEADY_EXPRESSIONS = new Set(
  `bitwise byteorder cmp counter dup exthdr fib flow_offload fwd immediate inner last log lookup masq nat notrack payload
  range redir reject rt socket tproxy tunnel xfrm`.split(/\s+/),
);
/** `NFT_META_CPU`, `_PRANDOM`, `_TIME_NS`, `_TIME_DAY`, `_TIME_HOUR`. */
const FICKLE_META = new Set([20, 24, 30, 31, 32]);
/** `NFT_CT_MARK`, `_LABELS`, `_PKTS`, `_BYTES`, `_AVGPKT`: what a packet of a connection leaves for the next. */
const OF_CONNECTION = new Set([3, 22, 14, 15, 16]);
/** `NFT_CT_EXPIRATION`, `_PROTO_SRC`, `_ID`, and what the packets before have left. */
const FICKLE_CONNECTION = new Set([5, 11, 23, ...OF_CONNECTION]);
/** `NFT_CT_PROTO_DST`: the answers (`IP_CT_DIR_REPLY`) go to the source port of the question. */
const DESTINATION_PORT = 12;
const OF_ANSWERS = 1;
/** `NFT_PAYLOAD_TRANSPORT_HEADER`: it begins with the source port, and each TCP and UDP probe has a new one. */
const TRANSPORT_HEADER = 2;
const SOURCE_PORT_LENGTH = 2;
/** Where a TCP header has the numbers of a connection, and its checksum; an echo request has its identifier there. All are new, too. */
const NUMBERS = [
  { from: 4, to: 12 },
  { from: 16, to: 18 },
];
/** `NFT_PAYLOAD_NETWORK_HEADER`: an IPv4 packet has an identification and a checksum, and an IPv6 packet a flow label, which follows from its ports. */
const NETWORK_HEADER = 1;
const IDENTIFICATION = [{ from: 4, to: 6 }];
const [CHECKSUM_AT, CHECKSUM_LENGTH] = [10, 2];
const FLOW_LABEL_LENGTH = 3;
/** An answer goes to the source port of its probe. */
const ANSWERED_PORT = { offset: 2, length: 2 };
/** What puts something beside it, before both are looked up at once. */
const LOADS = new Set(['payload', 'meta', 'ct', 'fib', 'rt', 'immediate']);
/** `NFT_OBJECT_COUNTER`, `_CT_HELPER`, `_TUNNEL`, `_CT_TIMEOUT`, `_SECMARK`. */
const STEADY_OBJECTS = new Set([1, 3, 6, 7, 8]);

/** `NFT_CMP_NEQ`: this and less compare with one value. */
const EQUALITY = 1;
/** `NFT_CMP_LTE`, `_GT`: the value itself is on the side of the smaller ones. */
const INCLUDING = new Set([3, 4]);

/**
 * Whether two packets that are alike fare alike by an expression of nftables.
 *
 * @param at where it stands among all expressions: what it loads is compared by those behind it
 */
export function isSteadyExpression({ name, data }: NftExpression, at: number, all: readonly NftExpression[]): boolean {
  const {
    key = -1,
    direction,
    object,
    match,
    target,
    info,
    register: loads,
    ...load
  } = data as Partial<ExpressionData>;
  switch (name) {
    case 'meta':
      return !FICKLE_META.has(key);
    case 'ct':
      if (loads === undefined) return true;
      return !FICKLE_CONNECTION.has(key) && !(key === DESTINATION_PORT && direction === OF_ANSWERS);
    case 'payload':
      return !loadsWhatDiffers(load) && (!loadsAnsweredPort(load) || areAlikeTo(all.slice(at + 1)));
    case 'objref':
      return STEADY_OBJECTS.has(object ?? -1);
    case 'match':
    case 'target':
      return isSteadyExtension({ name: match ?? target ?? name, data: info ?? Buffer.alloc(0) });
    default:
      return STEADY_EXPRESSIONS.has(name);
  }
}

/** Whether an expression loads what packets before have left at their connection. */
export function readsConnection({ name, data }: NftExpression): boolean {
  const { key = -1, register } = data as Partial<ExpressionData>;
  return name === 'ct' && register !== undefined && OF_CONNECTION.has(key);
}

type ExpressionData = Record<'key' | 'direction' | 'object' | 'base' | 'offset' | 'length' | 'register', number> &
  Record<'match' | 'target', string> & { info: Buffer };

/**
 * Of the transport header, two bytes at the beginning may also be the type and the code of ICMP, and those at 4 the length of a
 * UDP datagram; of the network header, those at 4 the length of an IPv6 packet.
 */
function loadsWhatDiffers({ base, offset = 0, length = 0 }: Partial<ExpressionData>): boolean {
  const overlaps = (all: typeof NUMBERS) => all.some(({ from, to }) => offset < to && offset + length > from);
  // An IPv6 packet has its source address at 10.
  const isChecksum = offset === CHECKSUM_AT && length === CHECKSUM_LENGTH;
  const isFlowLabel = offset === 1 && length === FLOW_LABEL_LENGTH;
  if (base === NETWORK_HEADER) return overlaps(IDENTIFICATION) || isChecksum || isFlowLabel;
  const hasPort = offset === 0 && length >= SOURCE_PORT_LENGTH;
  return base === TRANSPORT_HEADER && (hasPort || overlaps(NUMBERS));
}

/** Of ICMP its checksum. */
function loadsAnsweredPort({ base, offset, length }: Partial<ExpressionData>): boolean {
  return base === TRANSPORT_HEADER && offset === ANSWERED_PORT.offset && length === ANSWERED_PORT.length;
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
  if (by <= EQUALITY || wanted?.value?.length !== ANSWERED_PORT.length) return by > EQUALITY;
  const port = wanted.value.readUInt16BE();
  return dividesGivenPorts({ first: 0, last: INCLUDING.has(by) ? port : port - 1 });
}
