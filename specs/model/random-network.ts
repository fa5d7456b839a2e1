import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  type Interface,
  type Lab,
  type MacvlanMode,
  type Namespace,
  type Port,
  type PortOptions,
  type Switch,
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

interface PortPlan {
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
const FLAGS = {
  ...{ hairpin: true, isolated: true, locked: true },
  ...{ learning: false, flood: false, mcastFlood: false, bcastFlood: false },
} as const satisfies PortOptions;

const ADDRESSES: Record<Exclude<Target, number | 'port' | 'other port'>, string> = {
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

/** A network that has been built. */
export interface Built {
  /** The frames: who sends, to which MAC address, and how many bytes behind the header. */
  frames: { from: Interface; to: string; length: number; tags: readonly VlanTag[] }[];
}

/** Builds a plan in an empty lab. */
export function build(lab: Lab, drawn: Plan): Built {
  const { bridges, trunks, hosts, vlans, macvlans, entries, frames, memberships: joined, members } = resolve(drawn);
  const switches = new Map(bridges.map(({ name, options }) => [name, lab.switch(name, options)]));
  const at = (name: string) => switches.get(name) as Switch;
  const cables = new Map<string, { a: Interface; b: Interface }>();
  for (const { name, a, b, options } of trunks) cables.set(name, lab.cable(at(a), at(b), options));
  for (const { name, at: where, options } of hosts) cables.set(name, lab.cable(quiet(lab, name), at(where), options));
  for (const { sw, vlan } of bridges.flatMap(({ name, vlans: own }) => own.map((vlan) => ({ sw: name, vlan }))))
    at(sw).br0.vlan.add(vlan);
  for (const { cable, end, vlan } of joined) cables.get(cable)?.[end].vlan.add(vlan);
  for (const { sw, cable, end } of members) {
    const port = cable === undefined ? at(sw).br0 : (cables.get(cable)?.[end] as Interface);
    at(sw).mdb.add({ group: ADDRESSES.multicast, port });
  }
  const places = new Map<string, Interface>();
  for (const [name, { a, b }] of cables) places.set(`${name}.a`, a).set(`${name}.b`, b);
  for (const { name, on, id, up } of vlans) {
    const parent = places.get(on) as Interface;
    places.set(name, parent.namespace.vlan({ parent, id, address: false, up }));
  }
  const macOf = (place: string) => places.get(place)?.mac ?? place;
  for (const { name, on, mode, macaddr, nodst, up } of macvlans) {
    const ofSource = macaddr && { nodst, macaddr: macaddr.map(macOf) };
    const parent = places.get(on) as Interface;
    const macvlan = quiet(lab, name).macvlan({ parent, mode, address: false, ...ofSource });
    places.set(name, macvlan);
    if (!up) macvlan.set({ up: false });
  }
  for (const { name, up } of hosts) if (!up) cables.get(name)?.a.set({ up: false });
  for (const { sw, mac, cable, end } of entries) at(sw).fdb.add(macOf(mac), cables.get(cable)?.[end] as Port);
  return {
    frames: frames.map(({ from, to, ...rest }) => ({ from: places.get(from) as Interface, to: macOf(to), ...rest })),
  };
}

/** The same as a spec, to be pasted. */
export function asSpec(drawn: Plan): string {
  const { bridges, trunks, hosts, vlans, macvlans, entries, frames, memberships: joined, members } = resolve(drawn);
  const mac = (place: string) => (place.includes(':') ? show(place) : `${place}.mac`);
  const lines = [
    ...bridges.map(({ name, options }) => `const ${name} = lab.switch('${name}', ${show(options)});`),
    ...trunks.map(({ name, a, b, options }) => `const ${name} = lab.cable(${a}, ${b}, ${show(options)});`),
    ...hosts.map(
      ({ name, at, options }) => `const ${name} = lab.cable(quiet(lab, '${name}'), ${at}, ${show(options)});`,
    ),
    ...bridges.flatMap(({ name, vlans: own }) => own.map((vlan) => `${name}.br0.vlan.add(${show(vlan)});`)),
    ...joined.map(({ cable, end, vlan }) => `${cable}.${end}.vlan.add(${show(vlan)});`),
    ...members.map(({ sw, cable, end }) => {
      const port = cable === undefined ? `${sw}.br0` : `${cable}.${end}`;
      return `${sw}.mdb.add({ group: '${ADDRESSES.multicast}', port: ${port} });`;
    }),
    ...vlans.map(
      ({ name, on, id, up }) =>
        `const ${name} = ${on}.namespace.vlan({ parent: ${on}, id: ${id}, address: false, up: ${up} });`,
    ),
    ...macvlans.map(({ name, on, mode, macaddr, nodst }) => {
      const ofSource = macaddr ? `, nodst: ${nodst}, macaddr: [${macaddr.map(mac).join(', ')}]` : '';
      return `const ${name} = quiet(lab, '${name}').macvlan({ parent: ${on}, mode: '${mode}', address: false${ofSource} });`;
    }),
    ...macvlans.flatMap(({ name, up }) => (up ? [] : `${name}.set({ up: false });`)),
    ...hosts.flatMap(({ name, up }) => (up ? [] : `${name}.a.set({ up: false });`)),
    ...entries.map((entry) => `${entry.sw}.fdb.add(${mac(entry.mac)}, ${entry.cable}.${entry.end});`),
    'using referee = new Referee(lab);',
    ...frames.flatMap(({ from, to, length, tags }, at) => [
      `const frame${at} = await referee.follow(${from}, ${mac(to)}, ${length}, ${show(tags)});`,
      `expect(frame${at}?.kernel).toEqual(frame${at}?.model);`,
    ]),
  ];
  return `test('…', async ({ lab }) => {\n${lines.map((line) => `  ${line}\n`).join('')}});\n`;
}

/** A host that says nothing of its own accord, such as MLD reports. */
export function quiet(lab: Lab, name: string): Namespace {
  const host = lab.namespace(name);
  host.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  return host;
}

/** A plan with names in place of numbers: a place is `h0.a`, the end of a cable, or `m0`, a macvlan. */
function resolve({ bridges, trunks, hosts, vlans, macvlans, entries, frames }: Plan) {
  const tagged = vlansOf(vlans, hosts.length);
  const parents = [...hosts.map((_, at) => `h${at}.a`), ...tagged.map((_, at) => `v${at}`)];
  const all = macvlansOf(macvlans, parents.length);
  const places = [...parents, ...all.map((_, at) => `m${at}`)];
  const plugged = hosts.map(({ at }) => `sw${at % (trunks.length + 1)}`);
  const links = trunks.map(({ to, a, b }, at) => ({
    ...{ name: `t${at}`, a: `sw${to % (at + 1)}`, b: `sw${at + 1}` },
    options: { a: settings(a), b: settings(b) },
  }));
  const ports = [
    ...links.flatMap(({ name, a, b }) => [
      { cable: name, end: 'a' as const, sw: a },
      { cable: name, end: 'b' as const, sw: b },
    ]),
    ...plugged.map((sw, at) => ({ cable: `h${at}`, end: 'b' as const, sw })),
  ];
  const ofPorts = new Map<string, PortPlan>([
    ...links.flatMap(({ name }, at): [string, PortPlan][] => {
      const { a, b } = of(trunks, at);
      return [
        [`${name} a`, a],
        [`${name} b`, b],
      ];
    }),
    ...hosts.map(({ port: plugs }, at): [string, PortPlan] => [`h${at} b`, plugs]),
  ]);
  const addressOf = (to: Target) => {
    if (typeof to === 'number') return of(places, to);
    // One of them may be the bridge's, too: that has the least of its ports' (br_stp_recalculate_bridge_id).
    return to === 'port' ? 'h0.b' : to === 'other port' ? 'h1.b' : ADDRESSES[to];
  };
  return {
    bridges: [0, ...trunks].map((_, at) => {
      const { settings: options, vlans: own } = of(bridges, at);
      return { name: `sw${at}`, options, vlans: own };
    }),
    memberships: ports.flatMap(({ cable, end }) =>
      (ofPorts.get(`${cable} ${end}`)?.vlans ?? []).map((vlan) => ({ cable, end, vlan })),
    ),
    members: [
      ...[0, ...trunks].flatMap((_, at) => {
        const { settings: own, isMember } = of(bridges, at);
        return own.mcastSnooping && isMember ? [{ sw: `sw${at}`, cable: undefined, end: 'a' as const }] : [];
      }),
      ...ports.filter(({ sw, cable, end }) => {
        const { settings: own } = of(bridges, Number(sw.slice('sw'.length)));
        return own.mcastSnooping && ofPorts.get(`${cable} ${end}`)?.isMember;
      }),
    ],
    trunks: links,
    hosts: hosts.map(({ port: ofSwitch, mtu, up }, at) => ({
      ...{ name: `h${at}`, at: of(plugged, at), up },
      options: { mtu, a: { address: false as const }, b: settings(ofSwitch) },
    })),
    vlans: tagged.map(({ on, id, up }, at) => ({ name: `v${at}`, on: `h${on}.a`, id, up })),
    macvlans: all.map(({ on, mode, hears, nodst, up }, at) => ({
      ...{ name: `m${at}`, on: of(parents, on), mode, nodst, up },
      macaddr: mode === 'source' ? hears.map((each) => `h${each % hosts.length}.a`) : undefined,
    })),
    entries: entries.map(({ of: whose, behind }) => ({ mac: of(places, whose), ...of(ports, behind) })),
    frames: frames.map(({ from, to, long, tag }) => ({
      from: of(places, from),
      to: addressOf(to),
      length: long ? 1000 : 60,
      tags: tag && of(places, from).startsWith('h') ? [tag] : [],
    })),
  };
}

/** A device has one VLAN of each id. */
function vlansOf(vlans: Plan['vlans'], hosts: number): Plan['vlans'] {
  const kept = new Map<string, Plan['vlans'][number]>();
  for (const { on, ...each } of vlans) kept.set(`${on % hosts} ${each.id}`, { ...each, on: on % hosts });
  return [...kept.values()];
}

/** A parent has one passthru child, or others (`macvlan_common_newlink`). */
function macvlansOf(macvlans: Plan['macvlans'], parents: number): Plan['macvlans'] {
  const kept: Plan['macvlans'] = [];
  for (const each of macvlans) {
    const on = each.on % parents;
    const siblings = kept.filter((other) => other.on === on);
    if (siblings.length > 0 && (each.mode === 'passthru' || siblings.some(({ mode }) => mode === 'passthru'))) continue;
    kept.push({ ...each, on });
  }
  return kept;
}

function settings({ flags, state, isRouter }: PortPlan): PortOptions {
  const chosen = {
    ...Object.fromEntries(flags.map((flag) => [flag, FLAGS[flag]])),
    ...(isRouter ? { mcastRouter: 2 } : {}),
  };
  return state === 'forwarding' ? chosen : { ...chosen, state };
}

function of<T>(all: readonly T[], index: number): T {
  return all[index % all.length] as T;
}

function show(value: unknown): string {
  return inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY });
}
