import fc from 'fast-check';
import {
  type MacvlanMode,
  type PortOptions,
  type SwitchOptions,
  supports,
  type VlanMembership,
  type VlanProtocol,
} from 'hairpin';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import type { VlanTag } from '../../lib/wire/vlan-tag.ts';

/**
 * A network without loops, and frames to send in it. Places are the hosts, and behind them the macvlans; numbers are taken modulo
 * what there is, so that it can shrink.
 */
export interface Plan {
  /** Of each switch, on kernels whose bridges look at VLANs. */
  bridges: BridgePlan[];
  /** Of each switch but the first: the switch before it that it is plugged into, and the ports at both ends. */
  trunks: { to: number; a: PortPlan; b: PortPlan }[];
  hosts: { at: number; port: PortPlan; mtu: number; up: boolean }[];
  /** On hosts, on kernels that have them. */
  vlans: { on: number; id: number; up: boolean }[];
  /** On hosts, or on their VLANs. */
  macvlans: { on: number; mode: MacvlanMode; hears: number[]; nodst: boolean; up: boolean }[];
  /** Static entries: the address of a place, or of nobody, behind a port. */
  entries: { of: number; behind: number }[];
  /** A tag is sent by hosts alone. */
  frames: { from: number; to: Target; long: boolean; tag: VlanTag | undefined }[];
}

export type Target = number | 'port' | 'other port' | 'broadcast' | 'multicast' | 'nobody' | 'lldp' | 'stp' | 'pause';

interface BridgePlan {
  settings: Pick<SwitchOptions, 'vlanFiltering' | 'vlanProtocol' | 'mcastSnooping' | 'mcastRouter'>;
  vlans: VlanMembership[];
  /** Its own host is a member of the group, while it snoops. */
  isMember: boolean;
}

export interface PortPlan {
  /** It is a member of the group, while its switch snoops. */
  isMember: boolean;
  /** A multicast router is said to be there. */
  isRouter: boolean;
  /** Besides the usual one; where it is in that again, other flags. */
  vlans: VlanMembership[];
  flags: (keyof typeof FLAGS)[];
  state: NonNullable<PortOptions['state']>;
}

/** What a port's flags are when they are not what a new port has. */
export const FLAGS = {
  ...{ hairpin: true, isolated: true, locked: true },
  ...{ learning: false, flood: false, mcastFlood: false, bcastFlood: false },
} as const satisfies PortOptions;

export const ADDRESSES: Record<Exclude<Target, number | 'port' | 'other port'>, string> = {
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

const hasVlans = supports('bridge', { vlanFiltering: true });
const memberships: fc.Arbitrary<VlanMembership[]> = hasVlans
  ? fc.array(fc.record({ id: fc.constantFrom(1, 10, 20), pvid: fc.boolean(), untagged: fc.boolean() }), {
      maxLength: 3,
    })
  : fc.constant([]);

/** What a snooping bridge does for its own host with 1, the usual mcastRouter, depends on a timer that the kernel does not tell. */
const snooping = { mcastSnooping: fc.boolean(), mcastRouter: fc.constantFrom(0, 2) };

const bridge: fc.Arbitrary<BridgePlan> = fc.record({
  settings: hasVlans
    ? fc.record({
        ...snooping,
        vlanFiltering: fc.boolean(),
        vlanProtocol: rarely<VlanProtocol>('802.1Q', fc.constant('802.1ad')),
      })
    : fc.record(snooping),
  vlans: memberships,
  isMember: rarely(false, fc.constant(true)),
});

const port: fc.Arbitrary<PortPlan> = fc.record({
  isMember: fc.boolean(),
  isRouter: rarely(false, fc.constant(true)),
  vlans: memberships,
  flags: rarely([], fc.subarray(Object.keys(FLAGS) as (keyof typeof FLAGS)[], { maxLength: 2 })).chain((flags) =>
    fc.oneof(fc.constant(flags), fc.subarray(Object.keys(FLAGS) as (keyof typeof FLAGS)[], { maxLength: 2 })),
  ),
  state: rarely<PortPlan['state']>('forwarding', fc.constantFrom('learning', 'listening', 'blocking', 'disabled')),
});

/** Reflected at both ends of a trunk a frame would never come to rest. */
const trunk = fc.record({
  to: index,
  a: port,
  b: port.map(({ flags, ...rest }) => ({ flags: flags.filter((flag) => flag !== 'hairpin'), ...rest })),
});

export const plan: fc.Arbitrary<Plan> = fc.record({
  bridges: fc.array(bridge, { minLength: 3, maxLength: 3 }),
  trunks: fc.array(trunk, { maxLength: 2 }),
  hosts: fc.array(
    fc.record({ at: index, port, mtu: rarely(1500, fc.constant(600)), up: rarely(true, fc.constant(false)) }),
    { minLength: 2, maxLength: 4 },
  ),
  vlans: supports('vlan')
    ? fc.array(fc.record({ on: index, id: fc.constantFrom(10, 20), up: rarely(true, fc.constant(false)) }), {
        maxLength: 3,
      })
    : fc.constant([]),
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
        { weight: 2, arbitrary: fc.constantFrom<Target>('broadcast', 'multicast') },
        {
          weight: 1,
          arbitrary: fc.constantFrom<Target>('port', 'other port', 'nobody', 'lldp', 'stp', 'pause'),
        },
      ),
      long: rarely(false, fc.constant(true)),
      tag: rarely<VlanTag | undefined>(
        undefined,
        fc.record({ type: rarely(0x8100, fc.constant(0x88a8)), id: fc.constantFrom(0, 1, 10, 20) }),
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});
