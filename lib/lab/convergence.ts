import { ResourceStack } from '../base/resource-stack.ts';
import { checkMilliseconds, checkOptions } from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { groupsToReport } from '../kernel/tables/joined-groups.ts';
import { bridge } from '../links/bridge.ts';
import { portSettings } from '../links/bridge-port.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { Monitor } from '../netlink/monitor.ts';
import { contains } from '../wire/ip-address.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import { stateIfThere } from './interface-state.ts';
import type { Namespace } from './namespace.ts';
import { framesOf, registerWait } from './programs/waits.ts';
import { areOnOneLink } from './segment.ts';
import { unusableAddresses } from './usable-addresses.ts';

/** A root bridge takes 30 s to forward by default: a spec that waits for that says so. */
const WITHIN = 10_000;

/** How often those things are looked at of which the kernel sends no news, in milliseconds. */
const GLANCE = 10;

/** How long to wait. */
export interface SettledOptions {
  /** In milliseconds. @default 10000 */
  within?: number;
}

/**
 * Waits until nothing moves by itself any more in some namespaces: {@link Lab.settled} and {@link Namespace.settled} are this.
 *
 * @throws Error that names what still moves
 */
export async function converge(
  call: string,
  namespaces: readonly Namespace[],
  options: SettledOptions,
  from: (...args: never[]) => unknown,
): Promise<void> {
  checkOptions(call, options, ['within']);
  const { within = WITHIN } = options;
  checkMilliseconds(call, 'within', within);
  const [first] = namespaces;
  if (!first) return;
  const { lab } = first;
  checkLabOpen(call, lab);
  const since = now();
  const waiting = untilNothingMoves(call, namespaces, within);
  const state = () => ['It waits for', ...linesOf(namespaces)];
  registerWait({ lab, words: `${call}()`, frames: framesOf(from), isAwaited: true, since, state }, waiting);
  await waiting;
}

async function untilNothingMoves(call: string, namespaces: readonly Namespace[], within: number): Promise<void> {
  const deadline = now() + within;
  using resources = new ResourceStack();
  // Before the first look: what changes after it is heard of.
  const monitors = namespaces.map((namespace) =>
    resources.use(new Monitor(engineOf(namespace).netns, ['link', 'address'])),
  );
  const isMoving = (namespace: Namespace) => !movesIn(namespace).next().done;
  let moving: Namespace | undefined;
  for (;;) {
    // First where something moved last: a look at all namespaces takes milliseconds.
    if (!moving || !isMoving(moving)) moving = namespaces.find(isMoving);
    if (!moving) return;
    const late = now() > deadline ? linesOf(namespaces) : [];
    if (late.length > 0) throw new Error([`${call}: after ${within} ms this still moves:`, ...late].join('\n'));
    const wait = Math.max(0, Math.min(GLANCE, deadline - now()));
    await Promise.race(monitors.map((monitor) => monitor.wait(wait)));
    for (const monitor of monitors) monitor.changed();
  }
}

function linesOf(namespaces: readonly Namespace[]): string[] {
  return namespaces.flatMap((namespace) => [...movesIn(namespace)]).map((line) => `  ${line}`);
}

/** What moves in a namespace, a line each. */
function* movesIn(namespace: Namespace): Generator<string> {
  const { rtnetlink, netns } = engineOf(namespace);
  const links = rtnetlink.list(ipLink.all());
  const nameOf = (index: number) => `${namespace}/${links.find((link) => link.index === index)?.name ?? `if${index}`}`;
  for (const { index, carrier } of links.filter(isChanging))
    yield `the carrier of ${nameOf(index)}, which is ${carrier ? 'on' : 'off'}`;
  for (const { link, state } of portsOnTheirWay(links)) yield `the spanning tree: ${nameOf(link.index)} is ${state}`;
  yield* unusableAddresses(namespace);
  yield* addressesToMake(namespace);
  for (const { index, group } of groupsToReport(netns)) yield `the report of ${nameOf(index)} for the group ${group}`;
}

/** RFC 2863's state follows the carrier in a worker (`linkwatch_do_dev`). */
function isChanging({ up, carrier, operState }: LinkState): boolean {
  if (operState === 'UNKNOWN') return false;
  return (operState === 'UP') !== (up && carrier);
}

/** A state that somebody has set, without a spanning tree, stays. */
function portsOnTheirWay(links: readonly LinkState[]): { link: LinkState; state: string }[] {
  const trees = links.filter((link) => bridge.is(link) && bridge.of(link).stp).map(({ index }) => index);
  return links.flatMap((link) => {
    if (link.master === undefined || !trees.includes(link.master) || !link.carrier) return [];
    const { state } = portSettings(link);
    return state === 'listening' || state === 'learning' ? [{ link, state }] : [];
  });
}

/** Those that hosts make of the prefixes that a router advertises on their link (RFC 4862). */
function addressesToMake(namespace: Namespace): string[] {
  if (namespace.role !== 'host') return [];
  return [...engineOf(namespace.lab).advertisements].flatMap(({ device: router, prefixes, validLft }) =>
    namespace.interfaces
      .filter((device) => device !== router && areOnOneLink(device, router) && takesAdvertisements(device))
      .flatMap((device) =>
        prefixes
          .filter((prefix) => validLft > 0 && !device.address.list().some(({ address }) => contains(prefix, address)))
          .map(({ address, length }) => `the address of ${device} in ${address}/${length}, which ${router} advertises`),
      ),
  );
}

/** A device without a carrier hears nothing. */
function takesAdvertisements(device: Interface): boolean {
  const { namespace, name } = device;
  if (!stateIfThere(device)?.carrier) return false;
  const path = (sysctl: string) => `net/ipv6/conf/${name}/${sysctl}`;
  const names = ['accept_ra', 'forwarding', 'autoconf', 'disable_ipv6'];
  const values = readSysctls(engineOf(namespace).netns, names.map(path));
  const value = (sysctl: string) => Number(values.get(path(sysctl)));
  // ipv6_accept_ra
  const accepts = value('accept_ra') === 2 || (value('accept_ra') === 1 && value('forwarding') === 0);
  return accepts && value('autoconf') === 1 && value('disable_ipv6') === 0;
}
