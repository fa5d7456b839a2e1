import type { NftExpression } from '../netlink/netfilter/nf-expression.ts';
import { isSteadyExtension } from './steady-extensions.ts';
import { isSteadyPayload, type Load } from './steady-payload.ts';

/** What makes one packet of a nftables rule fare as the one before. Others count, roll dice, look at the clock, or inside a tunnel. */
const STEADY_EXPRESSIONS = new Set(
  `bitwise byteorder cmp counter dup fib flow_offload fwd immediate last log masq notrack range reject rt socket tproxy tunnel
  xfrm`.split(/\s+/),
);
/** `NFT_META_TIME_NS`, `_TIME_DAY`, `_TIME_HOUR`. */
const CLOCK_META = new Set([30, 31, 32]);
/** `NFT_META_CPU`, `_PRANDOM`. */
const FICKLE_META = new Set([20, 24, ...CLOCK_META]);
/** `NFT_CT_MARK`, `_LABELS`, `_PKTS`, `_BYTES`, `_AVGPKT`: what a packet of a connection leaves for the next. */
const OF_CONNECTION = new Set([3, 13, 14, 15, 16]);
/** `NFT_CT_EXPIRATION`, `_PROTO_SRC`, `_ID`, and what the packets before have left. */
const FICKLE_CONNECTION = new Set([5, 11, 23, ...OF_CONNECTION]);
/** `NFT_CT_PROTO_DST`: the answers (`IP_CT_DIR_REPLY`) go to the source port of the question. */
const DESTINATION_PORT = 12;
const OF_ANSWERS = 1;
/** `NFT_OBJECT_COUNTER`, `_CT_HELPER`, `_TUNNEL`, `_CT_TIMEOUT`, `_SECMARK`. */
const STEADY_OBJECTS = new Set([1, 3, 6, 7, 8]);
/** `NFT_EXTHDR_F_PRESENT`: it only matters whether the header is there. */
const PRESENCE = 1;
/** `NFT_EXTHDR_OP_IPV6` and `_TCPOPT`. */
const [OF_IPV6, OF_TCP] = [0, 1];
/** `NEXTHDR_FRAGMENT`: each packet that is sent in fragments has a new identification. */
const FRAGMENT = 44;
/** `TCPOPT_EOL`, `_NOP`, `_MSS`, `_WINDOW`, `_SACK_PERM`. The others have clocks, keys and cookies. */
const STEADY_TCP_OPTIONS = new Set([0, 1, 2, 3, 4]);
/** `NF_NAT_RANGE_PROTO_RANDOM_ALL`: of a range of ports, each connection gets one by chance (`nf_nat_l4proto_unique_tuple`). */
const RANDOM_PORTS = 0x14;

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
    flags = 0,
    toPort,
    ...load
  } = data as Partial<ExpressionData>;
  switch (name) {
    case 'meta':
      return !FICKLE_META.has(key);
    case 'ct':
      if (loads === undefined) return true;
      return !FICKLE_CONNECTION.has(key) && !(key === DESTINATION_PORT && direction === OF_ANSWERS);
    case 'payload': {
      const { base = -1, offset = 0, length = 0 } = load;
      // Without a register it writes.
      return loads === undefined || isSteadyPayload({ base, offset, length }, all.slice(0, at), all.slice(at + 1));
    }
    case 'lookup':
      // An element ends by itself, when its time is over.
      return (data as { forgets?: boolean }).forgets !== true;
    case 'exthdr':
      return loads === undefined || (flags & PRESENCE) !== 0 || isSteadyHeader(load);
    case 'nat':
    case 'redir':
      return toPort === undefined || (flags & RANDOM_PORTS) === 0;
    case 'objref':
      return STEADY_OBJECTS.has(object ?? -1);
    case 'match':
    case 'target':
      return isSteadyExtension({ name: match ?? target ?? name, data: info ?? Buffer.alloc(0) });
    default:
      return STEADY_EXPRESSIONS.has(name);
  }
}

/** Whether an expression loads what packets before have left at their connection, or lets those behind pass no rules (flowtables). */
export function readsConnection({ name, data }: NftExpression): boolean {
  const { key = -1, register } = data as Partial<ExpressionData>;
  if (name === 'flow_offload') return true;
  return name === 'ct' && register !== undefined && OF_CONNECTION.has(key);
}

/** Whether an expression loads the time of day or the date. */
export function readsClock({ name, data }: NftExpression): boolean {
  return name === 'meta' && CLOCK_META.has((data as Partial<ExpressionData>).key ?? -1);
}

type ExpressionData = Record<'key' | 'direction' | 'object' | 'register' | 'flags' | 'toPort', number> &
  ExtensionHeader &
  Load &
  Record<'match' | 'target', string> & { info: Buffer };

/** An option of TCP, or an extension header of IPv6, by their numbers. */
interface ExtensionHeader {
  op: number;
  type: number;
}

function isSteadyHeader({ op = OF_IPV6, type = 0 }: Partial<ExtensionHeader>): boolean {
  return op === OF_TCP ? STEADY_TCP_OPTIONS.has(type) : op !== OF_IPV6 || type !== FRAGMENT;
}
