import type { Interface, Lab, Namespace, Port, Switch } from 'hairpin';
import type { VlanTag } from '../../lib/wire/vlan-tag.ts';
import { ADDRESSES, type Plan } from './random-plan.ts';
import { resolvePlan } from './resolve-plan.ts';

/** A network that has been built. */
export interface Built {
  /** The frames: who sends, to which MAC address, and how many bytes behind the header. */
  frames: { from: Interface; to: string; length: number; tags: readonly VlanTag[] }[];
}

/** Builds a plan in an empty lab. */
export function build(lab: Lab, drawn: Plan): Built {
  const { bridges, trunks, hosts, vlans, macvlans, entries, frames, memberships: joined, members } = resolvePlan(drawn);
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

/** A host that says nothing of its own accord, such as MLD reports. */
export function quiet(lab: Lab, name: string): Namespace {
  const host = lab.namespace(name);
  host.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  return host;
}
