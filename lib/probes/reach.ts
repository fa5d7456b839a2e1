import { Interface, KernelError, Namespace, type Route, UsageError } from '../lab/index.ts';
import {
  checkBoolean,
  checkInteger,
  checkIp,
  checkMilliseconds,
  checkOneOf,
  checkOptions,
  show,
} from '../lab/validate.ts';
import { contains, type Family, familyOf, normalizeIp } from '../wire/ip-address.ts';
import { ask } from './ask.ts';
import { askArp } from './ask-arp.ts';
import { askIcmp } from './ask-icmp.ts';
import { askTcp } from './ask-tcp.ts';
import { askUdp } from './ask-udp.ts';
import type { Asker } from './asker.ts';
import { type Listener, openListener } from './listener.ts';
import { watchNeighbourTable } from './neighbour-overflow.ts';
import type { ProbeResult } from './outcome.ts';
import type { Patience } from './patience.ts';
import { turnAt } from './port-turns.ts';
import { PROBE_DATA } from './probe-data.ts';
import type { Question } from './question.ts';
import { whyNobodyAnswers } from './self-question.ts';
import { examineLoss } from './source.ts';

const WAYS = ['icmp', 'tcp', 'udp', 'arp'] as const;

/** What a probe is told from all others by takes its room; the longest IPv4 packet has 28 bytes of headers. */
const [SMALLEST, LARGEST] = [PROBE_DATA, 65507];

/** How to ask whether one reaches another. */
export interface ReachOptions {
  /** An echo, a TCP connection, a UDP datagram and its answer, or an ARP request. @default 'icmp' */
  by?: (typeof WAYS)[number];
  /** @default 4 where the target has an IPv4 address, else 6 */
  family?: Family;
  /** The interface or address to ask from. @default the kernel's choice */
  from?: Interface | string;
  /**
   * `tcp`, `udp`: the port. Whoever listens there in the target answers (on UDP, it has to send something back); when
   * nobody does, hairpin listens there for the time of the question. @default one that hairpin opens
   */
  port?: number;
  /** `tcp`, `udp`: false never opens a listener, so that nobody listening is a refusal. @default true */
  listen?: boolean;
  /**
   * `icmp`, `udp`: bytes of data in the probe, as of `ping -s`; then it is not to be fragmented on its way, as with
   * `ping -M do`. 1472 fill a packet of 1500 bytes over IPv4, 1452 over IPv6. Of UDP the answer is short.
   *
   * @default 16, and whoever needs to may fragment
   */
  size?: number;
  /** `kept` asks with what the neighbour tables have learnt; by default both ends start without. @default 'cold' */
  neighbours?: 'cold' | 'kept';
}

export const REACH_OPTIONS = ['by', 'family', 'from', 'port', 'listen', 'size', 'neighbours'] as const;

/** The question as it was put, for messages. */
export interface ReachReport extends ProbeResult {
  question: Question;
  by: (typeof WAYS)[number];
  port: number | undefined;
  size: number | undefined;
  /** `lost`: why the target answers nobody, if it was asked for and does not. */
  unanswerable: string | undefined;
  /** Whether a captured frame is one of the question's probes, or an answer to one. */
  recognize: Asker['recognize'];
}

/**
 * Asks whether a namespace reaches another, or an address. One question: several probes, one result.
 *
 * @param patience with `control`, a target that was silent is asked from within whether it answers at all
 * @throws UsageError for options that cannot be right, and for ends that have no address
 */
export async function reach(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
  { control = false, ...patience }: Patience & { control?: boolean },
): Promise<ReachReport> {
  const question = toQuestion(call, from, to, options);
  const { by = 'icmp', size, neighbours = 'cold' } = options;
  const { namespace } = question.to;
  await from.lab.settled();
  const { port: wantedPort } = options;
  const endTurn = namespace && wantedPort !== undefined ? await turnAt(namespace, `${by} ${wantedPort}`) : undefined;
  if (neighbours === 'cold') {
    from.neighbour.flush();
    namespace?.neighbour.flush();
  }
  let listener: Listener | undefined;
  try {
    listener = openListenerFor(call, question, options);
    const port = listener?.port ?? wantedPort;
    using asker = openAsker(by, question, { port, size });
    const overflowed = watchNeighbourTable(from, question.family);
    const result = await ask(asker, patience);
    const reason = result.outcome === 'lost' ? overflowed() : undefined;
    const examined = reason ? { ...result, outcome: 'broken' as const, reason } : examineLoss(question, result, by);
    const silent = control && examined.outcome === 'lost';
    const unanswerable = silent
      ? await whyNobodyAnswers(question, by, (self) => openAsker(by, self, { port, size }))
      : undefined;
    return { ...examined, question, by, port, size, unanswerable, recognize: asker.recognize };
  } finally {
    listener?.[Symbol.dispose]();
    endTurn?.();
  }
}

/** Checks the options; for the matcher, before anything is sent. */
export function checkReachOptions(call: string, options: ReachOptions, more: readonly string[] = []): void {
  checkOptions(call, options, [...REACH_OPTIONS, ...more]);
  const { by = 'icmp', family, port, listen, size, neighbours } = options;
  checkOneOf(call, 'by', by, WAYS);
  if (family !== undefined) checkOneOf(call, 'family', family, [4, 6]);
  checkInteger(call, 'port', port, 1, 65535);
  checkInteger(call, 'size', size, SMALLEST, LARGEST);
  if (neighbours !== undefined) checkOneOf(call, 'neighbours', neighbours, ['cold', 'kept']);
  checkBoolean(call, 'listen', listen);
  const hasPort = by === 'tcp' || by === 'udp';
  if (port !== undefined && !hasPort) {
    const mend = options.by === undefined ? "add by: 'tcp' or 'udp'" : `received by: '${by}'`;
    throw new UsageError(`${call}: port belongs to by: 'tcp' and 'udp': ${mend}`);
  }
  if (listen !== undefined && !hasPort)
    throw new UsageError(`${call}: listen belongs to by: 'tcp' and 'udp': received by: '${by}'`);
  if (size !== undefined && by !== 'icmp' && by !== 'udp')
    throw new UsageError(`${call}: size belongs to by: 'icmp' and 'udp': received by: '${by}'`);
  if (listen === false && port === undefined) throw new UsageError(`${call}: listen: false needs a port to ask at`);
  if (by === 'arp' && family === 6)
    throw new UsageError(`${call}: by: 'arp' asks over IPv4 (RFC 826): received family: 6`);
}

export function checkWithin(call: string, { within, hold }: { within?: unknown; hold?: unknown }): void {
  checkMilliseconds(call, 'within', within);
  checkMilliseconds(call, 'hold', hold);
}

function openAsker(
  by: (typeof WAYS)[number],
  question: Question,
  { port = 0, size }: { port: number | undefined; size: number | undefined },
): Asker {
  switch (by) {
    case 'icmp':
      return askIcmp(question, size);
    case 'arp':
      return askArp(question);
    case 'tcp':
      return askTcp(question, port);
    case 'udp':
      return askUdp(question, port, size);
  }
}

function openListenerFor(call: string, { to, family }: Question, options: ReachOptions): Listener | undefined {
  const { by, port, listen = true } = options;
  if ((by !== 'tcp' && by !== 'udp') || !listen) return undefined;
  if (to.namespace) return openListener(to.namespace, { protocol: by, family, address: to.address, port: port ?? 0 });
  if (port !== undefined) return undefined;
  throw new UsageError(
    `${call}: by: '${by}' needs a port: ${to.address} is in no namespace of the lab, so hairpin cannot listen there`,
  );
}

function toQuestion(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
): Question {
  const target = toTarget(call, from, to, options);
  const family = familyOf(target.address) as Family;
  const source = toSource(call, from, target.address, family, options.from);
  const bound = options.from === undefined ? undefined : options.from instanceof Interface ? 'device' : 'address';
  return { from, to: target, family, source, bound };
}

function toTarget(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
): Question['to'] {
  const { by, family } = options;
  if (typeof to === 'string') {
    checkIp(call, 'target', to);
    if (by === 'arp' && familyOf(to) === 6) throw new UsageError(`${call}: by: 'arp' asks over IPv4: received ${to}`);
    if (family !== undefined && family !== familyOf(to))
      throw new UsageError(`${call}: family: ${family} does not go with ${to}`);
    const address = normalizeIp(to);
    const namespace = from.lab.namespaces.find(({ interfaces }) =>
      interfaces.some((device) => device.address.list().some((own) => own.address === address)),
    );
    return { address, namespace };
  }
  const namespace = to instanceof Interface ? to.namespace : to;
  if (!(namespace instanceof Namespace)) {
    throw new UsageError(
      `${call}: the target must be a namespace, an interface or an IP address: received ${show(to)}`,
    );
  }
  if (namespace.role === 'switch')
    throw new UsageError(`${call}: ${to} is of a switch, which has no address of its own: ask for one of its hosts`);
  if (namespace.lab !== from.lab)
    throw new UsageError(`${call}: both ends must be of the same lab: ${namespace.name} is of another`);
  const devices = to instanceof Interface ? [to] : namespace.interfaces;
  const families: readonly Family[] = by === 'arp' ? [4] : family === undefined ? [4, 6] : [family];
  for (const wanted of families) {
    const candidates = devices
      .flatMap((device) => device.address.list())
      .filter((own) => own.family === wanted && own.scope === 0);
    const prefixes = from.interfaces.flatMap((device) => device.address.list());
    const near = candidates.find(({ address }) => prefixes.some((prefix) => contains(prefix, address)));
    const chosen = near ?? candidates[0];
    if (chosen) return { address: chosen.address, namespace };
  }
  // A program may have given it one since.
  if (namespace.lab.discover().length > 0) return toTarget(call, from, to, options);
  const kind = families.length === 2 ? 'IP' : `IPv${families[0]}`;
  throw new UsageError(
    `${call}: ${to} has no ${kind} address to ask for; give it one: ${addressHint(devices, families.length === 1 ? families[0] : undefined)}`,
  );
}

function toSource(
  call: string,
  from: Namespace,
  target: string,
  family: Family,
  wanted: Interface | string | undefined,
): Question['source'] {
  const all = from.interfaces.flatMap((device) =>
    device.address
      .list()
      .map((own) => ({ address: own.address, length: own.length, family: own.family, scope: own.scope, device })),
  );
  const own = all.filter((candidate) => candidate.family === family && candidate.scope === 0);
  if (wanted !== undefined) {
    const chosen = own.find(({ device, address }) => device === wanted || address === wanted);
    if (chosen) return chosen;
    throw new UsageError(
      `${call}: from must be an interface of ${from.name} with an IPv${family} address, or one of its addresses: received ${
        wanted instanceof Interface ? wanted : show(wanted)
      }`,
    );
  }
  // The kernel's own choice, where it has one: the device that the route leaves by, and the address that it prefers.
  const route = routeTo(from, target);
  const onRoute = own.filter(({ device }) => device.index === route?.device);
  const near = own.find((prefix) => contains(prefix, target));
  const chosen = onRoute.find(({ address }) => address === route?.source) ?? onRoute[0] ?? near ?? own[0];
  if (chosen) return chosen;
  if (from.lab.discover().length > 0) return toSource(call, from, target, family, wanted);
  throw new UsageError(
    `${call}: ${from.name} has no IPv${family} address to ask from; give it one: ${addressHint(from.interfaces, family)}`,
  );
}

function routeTo(from: Namespace, target: string): Route | undefined {
  try {
    return from.route.get(target);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

function addressHint(devices: readonly Interface[], family: Family = 4): string {
  const [device] = devices;
  const free = device?.segment?.peek().find((each) => each.family === family);
  const address = free ? `${free.address}/${free.length}` : family === 4 ? '10.0.0.1/24' : 'fd00::1/64';
  return device
    ? `${device.namespace.name}.interface('${device.name}').address.add('${address}')`
    : 'it has no interface: plug in a cable or a macvlan';
}
