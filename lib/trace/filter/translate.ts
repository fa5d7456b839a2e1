import type { FilterChain, FilterRule, Ruleset } from '../../netlink/ruleset/read-ruleset.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import type { Step } from '../expected-way.ts';
import type { Obstacle } from '../obstacles/obstacle.ts';
import type { Hop } from '../path.ts';
import type { FilterWitness } from './filter-witness.ts';
import { familiesOf, type Hook, hookName } from './hooks.ts';
import { type HookedPacket, headersOf } from './packet.ts';

/**
 * Says that a frame's way ended only for those addresses: behind this place its namespace may have given it others, and
 * then the taps took it for another frame. Undefined where nothing translates.
 */
export function translationAt(
  { frame: { at, direction, bytes } }: Hop,
  next: Step | undefined,
  witness: FilterWitness,
): Obstacle | undefined {
  // What a bridge or a parent hands on has not come to IP.
  if (direction === 'out' || at.isPort || next?.direction === 'in') return undefined;
  const { namespace } = at;
  const ruleset = witness.everyRuleOf(namespace);
  const { source, destination } = ruleset ? translationsOf(ruleset, bytes) : {};
  // Of what stays here the source changes in a chain of the hook input alone.
  if (!destination && !(next ? source : source === 'input')) return undefined;
  return {
    text: `last seen here with these addresses: ${namespace} has rules that translate them (nat)`,
    hint: `on ${namespace}: nft list ruleset`,
  };
}

/** Bytes of a packet that may be others at a hook than in the frame that was seen or foretold, from and to. */
export function translatedAt(ruleset: Ruleset, hook: Hook, packet: HookedPacket): [number, number][] {
  // Ingress comes before it, and what a bridge passes on does not come to it.
  if (hook.layer === 'bridge' || (hook.layer === 'device' && !hook.by)) return [];
  return bytesOf(packet, changedAt(hook, packet.state, translationsOf(ruleset, packet.bytes)));
}

/** HOOK2MANIP: destinations are translated at prerouting and output, sources at postrouting and input. */
function changedAt({ name, by }: Hook, state: HookedPacket['state'], rules: Translations): Changed {
  const isLate = name === 'postrouting' || name === 'egress';
  const inOriginal = {
    source: name === 'input' ? rules.source === 'input' : isLate && rules.source !== undefined,
    destination: rules.destination !== undefined,
  };
  // A connection's packets that go back have the other one translated (nf_nat_packet). What a host answers is foretold
  // with the addresses that it is to leave with.
  const inReply = {
    source: (isLate || by === 'host') && rules.destination !== undefined,
    destination: by === 'host' ? rules.source === 'input' : rules.source !== undefined,
  };
  if (state === 'new') return inOriginal;
  if (state === 'established') return inReply;
  return {
    source: inOriginal.source || inReply.source,
    destination: inOriginal.destination || inReply.destination,
  };
}

interface Changed {
  source: boolean;
  destination: boolean;
}

/** What the rules of a namespace translate of the first packet of a connection, and where. */
interface Translations {
  source?: 'input' | 'postrouting';
  destination?: 'prerouting' | 'output';
}

function translationsOf({ chains }: Ruleset, bytes: Buffer): Translations {
  const families = familiesOf('packet', bytes);
  const found: Translations = {};
  for (const chain of chains) {
    if (chain.hook?.type !== 'nat' || chain.rules.length === 0 || !families.includes(chain.family)) continue;
    if (!chains.some((each) => isOfTable(each, chain) && each.rules.some(translates))) continue;
    const name = hookName(chain);
    if (name === 'prerouting' || name === 'output') found.destination ??= name;
    if (name === 'input' || (name === 'postrouting' && !found.source)) found.source = name;
  }
  return found;
}

function isOfTable(chain: FilterChain, { family, table }: FilterChain): boolean {
  return chain.family === family && chain.table === table;
}

const STATEMENTS = ['nat', 'masq', 'redir'];
const TARGETS = ['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'];

function translates({ expressions }: FilterRule): boolean {
  return expressions.some(
    (each) =>
      (each.type === 'unknown' && STATEMENTS.includes(each.name)) ||
      (each.type === 'target' && TARGETS.includes(each.name)),
  );
}

const IPV4 = { source: [12, 16], destination: [16, 20], checksum: [10, 12] } as const;
const IPV6 = { source: [8, 24], destination: [24, 40] } as const;

function bytesOf(packet: HookedPacket, which: Changed): [number, number][] {
  const { etherType, network, transport, protocol } = headersOf(packet);
  if (network === undefined || (!which.source && !which.destination)) return [];
  const header = etherType === ETHERTYPE.ipv4 ? IPV4 : IPV6;
  const spans = [
    ...(which.source ? [header.source] : []),
    ...(which.destination ? [header.destination] : []),
    ...('checksum' in header ? [header.checksum] : []),
  ].map(([from, to]): [number, number] => [network + from, network + to]);
  if (transport === undefined) return spans;
  // Of an echo it is the identifier, and the checksum before it (`icmp_manip_pkt`).
  if (protocol === IP_PROTOCOL.icmp || protocol === IP_PROTOCOL.icmpv6)
    return [...spans, [transport + 2, transport + 6]];
  if (which.source) spans.push([transport, transport + 2]);
  if (which.destination) spans.push([transport + 2, transport + 4]);
  return spans;
}
