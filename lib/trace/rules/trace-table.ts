import type { FilterFamily } from '../../netlink/netfilter/netfilter.ts';
import {
  compare,
  loadHeader,
  loadMeta,
  maskWith,
  type NftExpression,
  setTrace,
} from '../../netlink/netfilter/nf-expression.ts';
import { type HookName, newBaseChain, newOwnedTable, newRule } from '../../netlink/netfilter/nf-tables.ts';
import type { Request } from '../../netlink/request.ts';
import type { ProbeSigns } from '../../probes/patience.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import { REDIRECT, ROUTER_SOLICITATION } from '../../wire/neighbour-discovery.ts';

/** The name of hairpin's own table, in each family. */
export const TRACE_TABLE = 'hairpin-trace';

/** Before all others, and behind them. */
const [FIRST, LAST] = [-0x8000_0000, 0x7fff_ffff];

type TracedFamily = Extract<FilterFamily, 'inet' | 'bridge' | 'arp' | 'netdev'>;

/** Where packets come in, or begin. */
const BEGINNINGS: Record<TracedFamily, readonly HookName[]> = {
  inet: ['prerouting', 'output'],
  bridge: ['prerouting', 'output'],
  arp: ['input', 'output'],
  netdev: ['ingress'],
};

/** Whose last chain says that a packet got through: iptables-legacy does not say what its rules decide. */
const ENDS: Partial<Record<TracedFamily, readonly HookName[]>> = {
  inet: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
};

/** What a question's packets are known by, and the outer packets of the lab's tunnels, which may carry them. */
export interface TracedSigns extends ProbeSigns {
  outer?: { protocols: readonly number[]; ports: readonly number[] };
}

/** The name of the chain behind all others at a hook. */
export function endChain(hook: HookName): string {
  return `behind-${hook}`;
}

/** What makes a table that turns tracing on for a question's packets; nothing where there is no device to listen at. */
export function traceTable(family: FilterFamily, signs: TracedSigns, devices: readonly string[]): Request[] {
  if (family === 'ip' || family === 'ip6' || (family === 'netdev' && devices.length === 0)) return [];
  const table = { family, table: TRACE_TABLE };
  return [
    newOwnedTable(table),
    ...BEGINNINGS[family].flatMap((hook) => {
      const chain = { ...table, chain: hook };
      const rules = matches(family, signs).map((match) => newRule(chain, [...match, ...setTrace()]));
      return [newBaseChain({ ...chain, hook, priority: FIRST, ...(family === 'netdev' ? { devices } : {}) }), ...rules];
    }),
    ...(ENDS[family] ?? []).map((hook) => newBaseChain({ ...table, chain: endChain(hook), hook, priority: LAST })),
  ];
}

/** Which packets are traced: as few as may be, since a busy lab's would overflow the socket. What else is among them is left out later. */
function matches(family: TracedFamily, { mark, port, outer }: TracedSigns): NftExpression[][] {
  if (family === 'arp') return [[]];
  const protocol = (number: number) => [loadMeta('l4proto'), compare('==', Buffer.of(number))];
  return [
    ...(mark ? [[loadHeader('transport', mark.at, mark.bytes.length), compare('==', mark.bytes)]] : []),
    // A server's answers over UDP are its own business: they are known by its port.
    ...(port === undefined
      ? []
      : [[...protocol(IP_PROTOCOL.udp), loadHeader('transport', 0, 2), compare('==', be16(port))]]),
    // Address translation changes ports; SYN and RST are what begins and ends a question over TCP.
    [
      ...protocol(IP_PROTOCOL.tcp),
      loadHeader('transport', 13, 1),
      maskWith(Buffer.of(SYN_OR_RST)),
      compare('!=', Buffer.of(0)),
    ],
    ...(outer?.protocols ?? []).map((number) => protocol(number)),
    ...(outer?.ports ?? []).map((number) => [
      ...protocol(IP_PROTOCOL.udp),
      loadHeader('transport', 2, 2),
      compare('==', be16(number)),
    ]),
    // Neighbour discovery (RFC 4861).
    [
      ...protocol(IP_PROTOCOL.icmpv6),
      loadHeader('transport', 0, 1),
      compare('>=', Buffer.of(ROUTER_SOLICITATION)),
      compare('<=', Buffer.of(REDIRECT)),
    ],
    ...(family === 'inet' ? [] : [[loadMeta('protocol'), compare('==', be16(ETHERTYPE.arp))]]),
  ];
}

const SYN_OR_RST = 0x02 | 0x04;

function be16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
