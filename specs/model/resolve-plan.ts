import type { PortOptions } from 'hairpin';
import { ADDRESSES, FLAGS, type Plan, type PortPlan, type Target } from './random-plan.ts';

/** A plan with names in place of numbers: a place is `h0.a`, the end of a cable, or `m0`, a macvlan. */
export function resolvePlan({ bridges, trunks, hosts, vlans, macvlans, entries, frames }: Plan) {
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
