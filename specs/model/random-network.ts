import fc from 'fast-check';
import type { Interface, Lab, MacvlanMode, PortOptions } from 'hairpin';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';

/**
 * A network without loops, and frames to send in it. Places are the hosts, and behind them the macvlans; numbers are taken modulo
 * what there is, so that it can shrink.
 */
export interface Plan {
  /** Of each switch but the first: the switch before it that it is plugged into, and the ports at both ends. */
  trunks: { to: number; a: PortPlan; b: PortPlan }[];
  hosts: { at: number; port: PortPlan; mtu: number; up: boolean }[];
  macvlans: { on: number; mode: MacvlanMode; hears: number[]; nodst: boolean; up: boolean }[];
  /** Static entries: the address of a place, or of nobody, behind a port. */
  entries: { of: number; behind: number }[];
  frames: { from: number; to: Target; long: boolean }[];
}

export type Target = number | 'broadcast' | 'multicast' | 'nobody' | 'lldp' | 'stp' | 'pause';

interface PortPlan {
  flags: (keyof typeof FLAGS)[];
  state: NonNullable<PortOptions['state']>;
}

/** What a port's flags are when they are not what a new port has. */
const FLAGS = {
  ...{ hairpin: true, isolated: true, locked: true },
  ...{ learning: false, flood: false, mcastFlood: false, bcastFlood: false },
} as const satisfies PortOptions;

const ADDRESSES: Record<Exclude<Target, number>, string> = {
  broadcast: BROADCAST_MAC,
  multicast: '01:00:5e:00:00:fb',
  nobody: '02:ff:ff:ff:ff:ff',
  lldp: '01:80:c2:00:00:0e',
  stp: '01:80:c2:00:00:00',
  pause: '01:80:c2:00:00:01',
};

const index = fc.nat({ max: 7 });
const rarely = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const port: fc.Arbitrary<PortPlan> = fc.record({
  flags: rarely([], fc.subarray(Object.keys(FLAGS) as (keyof typeof FLAGS)[], { maxLength: 2 })).chain((flags) =>
    fc.oneof(fc.constant(flags), fc.subarray(Object.keys(FLAGS) as (keyof typeof FLAGS)[], { maxLength: 2 })),
  ),
  state: rarely<PortPlan['state']>('forwarding', fc.constantFrom('learning', 'listening', 'blocking', 'disabled')),
});

/** Reflected at both ends of a trunk a frame would never come to rest. */
const trunk = fc.record({
  to: index,
  a: port,
  b: port.map(({ flags, state }) => ({ flags: flags.filter((flag) => flag !== 'hairpin'), state })),
});

export const plan: fc.Arbitrary<Plan> = fc.record({
  trunks: fc.array(trunk, { maxLength: 2 }),
  hosts: fc.array(
    fc.record({ at: index, port, mtu: rarely(1500, fc.constant(600)), up: rarely(true, fc.constant(false)) }),
    { minLength: 2, maxLength: 4 },
  ),
  macvlans: fc.array(
    fc.record({
      on: index,
      mode: fc.constantFrom<MacvlanMode>('private', 'vepa', 'bridge', 'source', 'passthru'),
      hears: fc.array(index, { maxLength: 3 }),
      nodst: fc.boolean(),
      up: rarely(true, fc.constant(false)),
    }),
    { maxLength: 4 },
  ),
  entries: fc.array(fc.record({ of: index, behind: index }), { maxLength: 2 }),
  frames: fc.array(
    fc.record({
      from: index,
      to: fc.oneof(
        { weight: 4, arbitrary: index as fc.Arbitrary<Target> },
        { weight: 2, arbitrary: fc.constant<Target>('broadcast') },
        { weight: 1, arbitrary: fc.constantFrom<Target>('multicast', 'nobody', 'lldp', 'stp', 'pause') },
      ),
      long: rarely(false, fc.constant(true)),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

/** A network that has been built. */
export interface Built {
  lab: Lab;
  places: Interface[];
  /** The frames: who sends, to which MAC address, and how many bytes. */
  frames: { from: Interface; to: string; length: number }[];
}

/** Builds a plan in an empty lab. */
export function build(lab: Lab, { trunks, hosts, macvlans, entries, frames }: Plan): Built {
  const switches = [0, ...trunks].map((_, at) => lab.switch(`sw${at}`));
  for (const [at, { to, a, b }] of trunks.entries()) {
    lab.cable(of(switches.slice(0, at + 1), to), of(switches, at + 1), { a: settings(a), b: settings(b) });
  }
  const ups = hosts.map(({ at, port: plugged, mtu, up }, number) => {
    const host = lab.namespace(`h${number}`);
    // Of its own accord a host would send MLD reports.
    host.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
    const { a } = lab.cable(host, of(switches, at), { mtu, a: { address: false }, b: settings(plugged) });
    if (!up) a.set({ up: false });
    return a;
  });
  const children = placed(macvlans, hosts.length).map(({ on, mode, hears, nodst, up }, number) => {
    const namespace = lab.namespace(`m${number}`);
    namespace.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
    const parent = of(ups, on);
    const ofSource = mode === 'source' ? { nodst, macaddr: hears.map((each) => of(ups, each).mac) } : {};
    const macvlan = namespace.macvlan({ parent, mode, address: false, ...ofSource });
    if (!up) macvlan.set({ up: false });
    return macvlan;
  });
  const places = [...ups, ...children];
  for (const { of: whose, behind } of entries) {
    const ports = switches.flatMap((each) => each.ports);
    const at = of(ports, behind);
    of(switches, switches.indexOf(at.namespace as Switch)).fdb.add(macOf(places, whose), at);
  }
  return {
    lab,
    places,
    frames: frames.map(({ from, to, long }) => ({
      from: of(places, from),
      to: macOf(places, to),
      length: long ? 1000 : 60,
    })),
  };
}

/** A parent has one passthru child, or others (`macvlan_common_newlink`). */
function placed(macvlans: Plan['macvlans'], hosts: number): Plan['macvlans'] {
  const kept: Plan['macvlans'] = [];
  for (const each of macvlans) {
    const on = each.on % hosts;
    const siblings = kept.filter((other) => other.on === on);
    if (siblings.length > 0 && (each.mode === 'passthru' || siblings.some(({ mode }) => mode === 'passthru'))) continue;
    kept.push({ ...each, on });
  }
  return kept;
}

function settings({ flags, state }: PortPlan): PortOptions {
  const chosen = Object.fromEntries(flags.map((flag) => [flag, FLAGS[flag]]));
  return state === 'forwarding' ? chosen : { ...chosen, state };
}

function macOf(places: readonly Interface[], to: Target): string {
  return typeof to === 'number' ? of(places, to).mac : ADDRESSES[to];
}

function of<T>(all: readonly T[], index: number): T {
  return all[index % all.length] as T;
}
