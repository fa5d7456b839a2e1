import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { RETRANSMISSION } from '../lab/role.ts';
import { listNeighbours } from '../lab/tables/list-neighbours.ts';
import { ipAddress } from '../netlink/address.ts';
import { ipNtable } from '../netlink/routing/neighbour-table.ts';
import { ipRoute } from '../netlink/routing/route.ts';
import { usesRoutes } from './forwards.ts';
import { givenQdiscs, mayKeepBack } from './impaired-links.ts';

/**
 * The longest that duplicate address detection takes, in milliseconds (`addrconf_dad_kick`): a second by chance, and with the
 * kernel's defaults another for an answer.
 */
const DETECTION = { lab: 1200, kernel: 2200 };

/** What ends by itself within this time may let packets pass before `toReach` gives up, in milliseconds. */
const SOON = 1000;

/** The states in which a host uses a MAC address without a question. */
const CERTAIN = new Set(['REACHABLE', 'STALE', 'DELAY']);

/** So long, at most, until the next probe finds that something has ended, a host has asked for a MAC address again, and a probe follows. */
const AFTER = 300;

/** What a queueing discipline is given, in milliseconds: as long as `toReach` waits for an answer. */
const SHAPED = 1000;

/**
 * How much later than usual somebody in a lab may answer, in milliseconds; 0 where nobody can: a proxy that a spec has
 * made slow, an address that is looked for duplicates of, a queueing discipline that keeps frames back, a wrong route or MAC address that is
 * about to be forgotten.
 */
export function latenessIn(lab: Lab): number {
  const ofNamespace = (each: Namespace) => Math.max(proxyDelay(each), detection(each), expiry(each), doubt(each));
  return Math.max(0, shapingIn(lab), ...lab.namespaces.map(ofNamespace));
}

/**
 * How long a packet of an earlier question may go on waiting before its host asks for the neighbour again, in milliseconds
 * (`retrans_time_ms`); 0 where no host has such a packet. A lab's own time is less than any question takes.
 */
export function askedAgainIn({ defaults, namespaces }: Lab): number {
  if (defaults === 'lab') return 0;
  const isWaiting = (namespace: Namespace) =>
    usesRoutes(namespace) && listNeighbours(namespace).some(({ state }) => state === 'INCOMPLETE');
  return namespaces.some(isWaiting) ? RETRANSMISSION.kernel : 0;
}

/** A lab's proxies answer at once, but where a spec or a program has told them not to (`pneigh_enqueue`). */
function proxyDelay(namespace: Namespace): number {
  const { lab, role, interfaces, sysctl } = namespace;
  // With the kernel's defaults each proxy takes its time.
  const makeSlow = lab.defaults === 'kernel' ? /proxy_(delay|arp|ndp)/ : /proxy_delay$/;
  const isWanted = [...sysctl.written].some((written) => makeSlow.test(written));
  if (role === 'switch' || (engineOf(lab).isPristine && !isWanted)) return 0;
  const delays = engineOf(namespace).rtnetlink.list(ipNtable.all());
  // The loopback and the kernel's own tunnels keep the kernel's 0.8 s.
  const ofInterfaces = delays.filter(({ device }) => interfaces.some(({ index }) => index === device));
  return Math.max(0, ...ofInterfaces.map(({ proxyDelay: delay = 0 }) => delay));
}

/** A tentative address is silent, and about to speak. Only with the kernel's defaults, or where a spec wants it (`dad`), is there such a time. */
function detection(namespace: Namespace): number {
  const { lab, sysctl } = namespace;
  const isWanted = [...sysctl.written].some((written) => written.endsWith('accept_dad'));
  if (engineOf(lab).isPristine && !isWanted && lab.defaults === 'lab') return 0;
  const addresses = engineOf(namespace).rtnetlink.list(ipAddress.all({ family: 6 }));
  return addresses.some(({ tentative, dadFailed }) => tentative && !dadFailed) ? DETECTION[lab.defaults] : 0;
}

/** When the next route expires: behind it there may be a better one. Only programs and routers add such routes. */
function expiry(namespace: Namespace): number {
  if (engineOf(namespace.lab).isPristine || !usesRoutes(namespace)) return 0;
  const routes = engineOf(namespace).rtnetlink.list(ipRoute.all({ family: 6 }));
  const soon = routes.map(({ timeLeft }) => timeLeft).filter((left) => left <= SOON);
  return endOf(soon);
}

/** Until what ends at one of these times has had its effect. A time of 0 is none. */
function endOf(times: readonly number[]): number {
  const last = Math.max(0, ...times);
  return last > 0 ? last + AFTER : 0;
}

/**
 * How long a host takes a wrong MAC address for right, until it asks for it again (`NUD_REACHABLE`, `NUD_DELAY`). That is 15 s and more, if nobody
 * changes it.
 */
function doubt(namespace: Namespace): number {
  const { lab, sysctl } = namespace;
  const isWanted = [...sysctl.written].some((written) => /base_reachable_time/.test(written));
  if ((engineOf(lab).isPristine && !isWanted) || !usesRoutes(namespace)) return 0;
  const timers = engineOf(namespace).rtnetlink.list(ipNtable.all());
  const times = timers.map(({ device, reachable = Infinity, delayProbe = Infinity }) => ({
    device,
    time: reachable + delayProbe,
  }));
  const short = times.filter(({ time }) => time <= SOON);
  if (short.length === 0) return 0;
  const certain = new Set(
    listNeighbours(namespace).flatMap(({ state, device }) => (CERTAIN.has(state) ? [device] : [])),
  );
  return endOf(short.filter(({ device }) => certain.has(device ?? -1)).map(({ time }) => time));
}

/**
 * What queueing disciplines keep back. A delay is passed twice in each direction: by the question for the neighbour, and by
 * the probe. How long others keep a packet, nobody knows.
 */
function shapingIn(lab: Lab): number {
  const shapers = givenQdiscs(lab).filter(({ kind }) => mayKeepBack(kind));
  const delays = shapers.map(({ netem }) => 2 * ((netem?.delay ?? 0) + (netem?.jitter ?? 0)));
  const isShaped = shapers.some(({ netem }) => !netem || netem.rate !== undefined);
  return delays.reduce((sum, delay) => sum + delay, isShaped ? SHAPED : 0);
}
