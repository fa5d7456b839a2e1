import { pick } from '../../base/plain-object.ts';
import { checkBoolean, checkIsObject, checkMtu, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import { checkPortOptions, PORT_OPTIONS, type PortOptions } from '../../links/bridge-port.ts';
import { missingLink } from '../../links/has-link.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { checkPairKind, type PairKindName, USUAL_PAIR } from '../../links/registry.ts';
import { ipLink } from '../../netlink/link.ts';
import { NO_MAC } from '../../wire/mac-address.ts';
import { Cable, type CableOptions, type EndOf, type EndOptions } from '../cable.ts';
import { engineOf } from '../engines/engine.ts';
import type { InterfaceOrigin } from '../engines/interface-engine.ts';
import { handleOf } from '../handle.ts';
import type { Interface } from '../interface.ts';
import { flagsOn } from '../interface-change.ts';
import type { Lab } from '../lab.ts';
import { Namespace } from '../namespace.ts';
import { preparePort, refusePortOptions } from '../port.ts';
import type { Segment } from '../segment.ts';
import { Switch } from '../switch.ts';
import { checkAddressLengths, checkAddressOption } from '../tables/address-option.ts';
import { checkHasMac } from './check-new-link.ts';
import { finishOrRemove } from './finish-or-remove.ts';
import { joinMaster } from './master.ts';
import { refuseIgnored, refuseIgnoredOfPort } from './refuse-ignored.ts';
import { settle } from './settle.ts';

/** What an end of a cable, or any new device, can be given. */
export const END_OPTIONS = ['name', 'mac', 'address', 'up', 'promiscuous'] as const;

/** Makes a pair of devices; {@link Lab.cable} is this. */
export function addCable<A extends Namespace, B extends Namespace>(
  lab: Lab,
  a: A,
  b: B,
  options: CableOptions<PairKindName>,
): Cable<A, B> {
  checkEnd(lab, 'a', a);
  checkEnd(lab, 'b', b);
  const call = `lab.cable(${a.name}, ${b.name})`;
  checkIsObject(call, options, 'mtu');
  const { kind: named = USUAL_PAIR, mtu, a: ofA, b: ofB, ...settings } = options;
  const kind = checkPairKind(call, named);
  refuseOptionsOfEnds(call, options);
  checkOptions(call, options, ['mtu', 'a', 'b', 'kind', ...kind.options.keys()]);
  checkMtu(call, mtu);
  kind.checkNew(call, settings);
  checkEndOptions(call, 'a', a, ofA);
  checkEndOptions(call, 'b', b, ofB);
  const pair = { kind, settings: { ...kind.defaults, ...settings } };
  for (const [which, end] of [['a', ofA] as const, ['b', ofB] as const])
    checkHasMac(`${call}: ${which}`, kind, pair.settings, end?.mac);
  return onSegment(lab, a, b, (segment) => plug(call, [a, b], { ...options, pair }, segment));
}

function plug<A extends Namespace, B extends Namespace>(
  call: string,
  [a, b]: [A, B],
  options: CableOptions<PairKindName> & { pair: Pair },
  segment: Segment,
): Cable<A, B> {
  const first = { node: a, options: options.a ?? {}, origin: newEnd(call, 'a', a, options, segment) };
  // Both ends may be in one namespace: then they must not get one name.
  const taken = a === (b as Namespace) ? [first.origin.name] : [];
  const second = { node: b, options: options.b ?? {}, origin: newEnd(call, 'b', b, options, segment, taken) };
  // In RTM_NEWLINK only the device itself can become a port at once (IFLA_MASTER), its peer cannot: a switch goes first.
  const [main, peer] = b instanceof Switch ? [second, first] : [first, second];
  addPair(main, peer, options);
  const devices = [first, second].map(({ node, origin }) => {
    const device = handleOf(origin);
    if (node instanceof Switch) joinMaster(device, node.br0);
    return device;
  }) as [Interface, Interface];
  devices[0].peer = devices[1];
  devices[1].peer = devices[0];
  return finishOrRemove(devices[0], () => {
    const cable = finish<A, B>([first, second], devices, options.mtu);
    refuseIgnored(call, devices[0], options.pair.kind, options.pair.settings);
    for (const [at, device] of devices.entries())
      if (device.isPort) refuseIgnoredOfPort(call, device, pick([options.a, options.b][at] ?? {}, PORT_OPTIONS));
    return cable;
  });
}

/** Both ends are down: a port must not forward a frame before it has its settings. */
function addPair(main: End, peer: End, { mtu, pair }: { mtu?: number; pair: Pair }): void {
  const { kind, settings } = pair;
  const master = main.node instanceof Switch ? engineOf(main.node).bridge : undefined;
  const isWithoutMac = kind.description.withoutMac?.(settings);
  const [own, other] = [main, peer].map((end) => ({
    ...newLink(end, mtu),
    ...(isWithoutMac ? { mac: undefined } : {}),
  }));
  const data = kind.as({ ...settings, peer: { ...other, netns: engineOf(peer.node).netns.fd } });
  const causes = {
    EEXIST: 'an interface has this name already',
    EOPNOTSUPP: () => missingLink(kind),
  };
  engineOf(main.node).rtnetlink.change(ipLink.add({ ...own, master, ...data }, causes));
  if (isWithoutMac) for (const end of [main, peer]) end.origin.mac = NO_MAC;
}

/** A kind of pairs, and what a spec says of one. */
interface Pair {
  kind: LinkKind;
  settings: Readonly<Record<string, unknown>>;
}

interface End {
  node: Namespace;
  options: EndOptions & PortOptions;
  origin: InterfaceOrigin;
}

function finish<A extends Namespace, B extends Namespace>(
  [first, second]: [End, End],
  [a, b]: [Interface, Interface],
  mtu: number | undefined,
): Cable<A, B> {
  const ends = [
    { ...first, device: a },
    { ...second, device: b },
  ];
  // Two switches: the device that could not become a port at creation does now.
  if (first.node instanceof Switch && second.node instanceof Switch) engineOf(first.node).join(a);
  const opens = ends.flatMap(({ device, options }) =>
    device.isPort ? [preparePort(device, pick(options, PORT_OPTIONS))] : [],
  );
  // Ports last: with its port a host gets its carrier, and sends at once (MLD reports).
  const hosts = ends.filter(({ device }) => !device.isPort);
  for (const { node, options, origin } of [...hosts, ...ends.filter((end) => !hosts.includes(end))]) {
    if (options.up ?? true) bringUp(node, origin);
  }
  for (const { node, device, options } of ends) engineOf(node).devices.add(device, { address: options.address, mtu });
  settle(a);
  for (const open of opens) open();
  return new Cable(a as EndOf<A>, b as EndOf<B>);
}

function bringUp(node: Namespace, { index }: InterfaceOrigin): void {
  engineOf(node).rtnetlink.change(ipLink.change({ index, up: true }));
}

function newLink({ origin, options: { promiscuous } }: End, mtu: number | undefined) {
  return { index: origin.index, name: origin.name, mac: origin.mac, mtu, ...flagsOn({ promiscuous }) };
}

function newEnd(
  call: string,
  which: 'a' | 'b',
  node: Namespace,
  { mtu, pair, [which]: options = {} }: CableOptions<PairKindName> & { pair: Pair },
  segment: Segment,
  taken: readonly string[] = [],
): InterfaceOrigin {
  const { address, ...others } = options;
  checkAddressLengths(`${call}: ${which}`, address, segment);
  const base = node instanceof Switch ? 'p' : 'eth';
  return engineOf(node).devices.plan(call, pair.kind.kind, {
    ...others,
    base,
    segment,
    taken,
    ...(mtu === undefined ? {} : { mtu }),
  });
}

/** A cable at a switch belongs to the switch's segment, any other is a segment of its own. */
function onSegment<T>(lab: Lab, a: Namespace, b: Namespace, plug: (segment: Segment) => T): T {
  if (a instanceof Switch && b instanceof Switch) {
    // One broadcast domain from now on; the switch that has given out nothing yet takes the other's subnets.
    const [kept, dropped] = b.segment.unused ? [a.segment, b.segment] : [b.segment, a.segment];
    if (!dropped.unused) return plug(a.segment);
    const plugged = plug(kept);
    // Switches cabled to the one that changes go with it.
    for (const node of lab.namespaces) if (node instanceof Switch && node.segment === dropped) node.segment = kept;
    return plugged;
  }
  if (a instanceof Switch) return plug(a.segment);
  if (b instanceof Switch) return plug(b.segment);
  return engineOf(lab).segments.addFor(`${a.name}–${b.name}`, plug);
}

function checkEnd(lab: Lab, which: string, node: unknown): asserts node is Namespace {
  if (!(node instanceof Namespace)) {
    throw wrongOption('lab.cable', which, 'a namespace, router or switch of this lab', node);
  }
  if (node.lab !== lab)
    throw new UsageError(`lab.cable: ${which} must be of the same lab: received ${node.name}, of another`);
}

function checkEndOptions(
  call: string,
  which: 'a' | 'b',
  node: Namespace,
  options: (EndOptions & PortOptions) | undefined,
): void {
  if (options === undefined) return;
  const isPort = node instanceof Switch;
  checkIsObject(`${call}: ${which}`, options, 'name');
  refuseFaultsAndVlans(`${call}: ${which}`, which, options);
  if (!isPort) refusePortOptions(`${call}: ${which}`, options, END_OPTIONS, `${node} is no switch`);
  checkOptions(`${call}: ${which}`, options, isPort ? [...END_OPTIONS, ...PORT_OPTIONS] : END_OPTIONS);
  checkBoolean(`${call}: ${which}`, 'up', options.up);
  checkBoolean(`${call}: ${which}`, 'promiscuous', options.promiscuous);
  checkPortOptions(`${call}: ${which}`, options);
  if (isPort && options.address !== undefined) {
    throw new UsageError(`${call}: ${which}: address is for hosts: a port of a switch has none`);
  }
  checkAddressOption(`${call}: ${which}`, options.address);
  engineOf(node).devices.check(call, options);
}

/** What readers take for options of the cable, and one end has. */
function refuseOptionsOfEnds(call: string, options: object): void {
  refuseFaultsAndVlans(call, 'a', options);
  const stray = END_OPTIONS.find((name) => name in options);
  if (stray === undefined) return;
  throw new UsageError(
    `${call}: there is no option '${stray}' of a cable: an end has it, as in { a: { ${stray}: … } }`,
  );
}

/** What readers take for options of an end: later calls do it. */
function refuseFaultsAndVlans(call: string, which: 'a' | 'b', options: object): void {
  const has = (names: readonly string[]) => names.find((name) => name in options);
  const vlan = has(['vlan', 'vlans', 'pvid', 'untagged', 'tagged', 'access', 'trunk']);
  const end = `lab.cable(…).${which}`;
  const later = vlan
    ? `the VLANs of a port are set by ${end}.vlan.add({ id: 10, pvid: true, untagged: true })`
    : `faults are made by ${end}.impair({ delay: 100, loss: 10 })`;
  const wrong = vlan ?? has(['delay', 'latency', 'jitter', 'loss', 'rate', 'bandwidth']);
  if (wrong !== undefined) throw new UsageError(`${call}: there is no option '${wrong}': ${later}`);
}
