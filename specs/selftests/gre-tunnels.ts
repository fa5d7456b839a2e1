import { expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

/** What a router's end of a tunnel has: the host behind it, and the way to the other router. */
interface Plan {
  host: readonly string[];
  router: readonly string[];
  /** The networks of the host. */
  behind: readonly string[];
  outer: string;
  local: string;
}

/** Of the first end and of the second, by the kind of tunnel. */
const PLANS: Readonly<Record<'gre' | 'ip6gre', readonly [Plan, Plan]>> = {
  gre: [
    {
      host: ['192.0.2.1/28'],
      router: ['192.0.2.2/28'],
      behind: ['192.0.2.0/28'],
      outer: '192.0.2.129/28',
      local: '192.0.2.65',
    },
    {
      host: ['192.0.2.18/28'],
      router: ['192.0.2.17/28'],
      behind: ['192.0.2.16/28'],
      outer: '192.0.2.130/28',
      local: '192.0.2.66',
    },
  ],
  ip6gre: [
    {
      host: ['198.51.100.1/24', '2001:db8:1::1/64'],
      router: ['198.51.100.2/24', '2001:db8:1::2/64'],
      behind: ['198.51.100.0/24', '2001:db8:1::/64'],
      outer: '2001:db8:10::1/64',
      local: '2001:db8:3::1',
    },
    {
      host: ['203.0.113.1/24', '2001:db8:2::1/64'],
      router: ['203.0.113.2/24', '2001:db8:2::2/64'],
      behind: ['203.0.113.0/24', '2001:db8:2::/64'],
      outer: '2001:db8:10::2/64',
      local: '2001:db8:3::2',
    },
  ],
};

/**
 * `flat`: a tunnel and what carries it belong to one routing table, which at the second end is a VRF's. `hierarchical`: the
 * tunnel belongs to one VRF, and what carries it to another, by a dummy with its address.
 */
export interface Tunnels {
  kind: 'gre' | 'ip6gre';
  model: 'flat' | 'hierarchical';
  /** The keys of the packets that come to the first end, and of those that leave it. @default none */
  keys?: Keys;
}

interface Keys {
  ikey?: number;
  okey?: number;
}

/**
 * Tests that two hosts reach each other through such a tunnel, by the names of the script's cases.
 *
 * h1 ── eth0 (r1) eth1.111 ══ eth1.111 (r2) eth0 ── h2
 *          tunnel ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ tunnel
 */
export function testTunnels(tunnels: Tunnels, cases: { reach: readonly [name: string, family: 4 | 6][]; mtu: string }) {
  describeNeeding(['vlan', 'vrf', 'dummy', tunnels.kind], () => {
    test.for(cases.reach)('%s', async ([, family], { lab }) => {
      const { h1, h2, near, far } = build(lab, tunnels);
      await expect(h1).toReach(h2, { family, through: [near, far] });
      if (!tunnels.keys) return;
      // A packet with another key is not for this tunnel.
      far.set({ ikey: 7 });
      await expect(h1).not.toReach(h2, { family });
    });

    test(cases.mtu, async ({ lab }) => {
      const { h1, h2, devices } = build(lab, tunnels);
      const family = tunnels.kind === 'gre' ? 4 : 6;
      await expect(h1).not.toReach(h2, { family, size: 1800, droppedBy: 'link.mtu' });
      for (const device of devices) device.set({ mtu: 2000 });
      await expect(h1).toReach(h2, { family, size: 1800 });
    });
  });
}

function build(lab: Lab, { kind, model, keys = {} }: Tunnels) {
  const [here, there] = PLANS[kind];
  const [r1, r2] = [lab.router('r1'), lab.router('r2')];
  const [h1, h2] = [addHost(lab, 'h1', r1, here), addHost(lab, 'h2', r2, there)];
  const outer = lab.cable(r1, r2, { a: { address: false }, b: { address: false } });
  const shared = model === 'flat';
  const near = buildEnd(r1, { kind, plan: here, far: there, keys, overlay: !shared, dummy: !shared });
  const mirrored = Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [name === 'ikey' ? 'okey' : 'ikey', key]),
  );
  const far = buildEnd(r2, { kind, plan: there, far: here, keys: mirrored, overlay: true, dummy: !shared });
  const devices = [...h1, ...h2, outer.a, outer.b, ...near.devices, ...far.devices];
  return { h1: h1[0].namespace, h2: h2[0].namespace, near: near.tunnel, far: far.tunnel, devices };
}

/** A host, which sends everything to its router. */
function addHost(lab: Lab, name: string, router: Namespace, plan: Plan): [Interface, Interface] {
  const host = lab.namespace(name);
  const { a, b } = lab.cable(host, router, { a: { address: [...plan.host] }, b: { address: false } });
  for (const address of plan.router)
    host.route.add({ to: 'default', via: withoutLength(address), dev: a, onlink: true });
  return [a, b];
}

interface End {
  kind: Tunnels['kind'];
  plan: Plan;
  far: Plan;
  keys: Keys;
  /** Whether the tunnel belongs to a VRF. */
  overlay: boolean;
  /** Whether what carries it belongs to another, by a dummy with its address. */
  dummy: boolean;
}

function buildEnd(router: Namespace, { kind, plan, far, keys, overlay, dummy }: End) {
  const [inside, outside] = [router.interface('eth0'), router.interface('eth1')];
  const vlan = router.vlan({ parent: outside, id: 111, address: false });
  const upper = overlay ? router.link('vrf', { name: 'overlay', table: 10 }) : undefined;
  const lower = dummy ? router.link('vrf', { name: 'underlay', table: 20 }) : upper;
  const dev = dummy ? router.link('dummy', { address: false }) : upper;
  const ends = { local: plan.local, remote: far.local, ...(dev ? { dev } : {}) };
  const tunnel = router.link(kind, { ...ends, ...keys, address: false });

  // Before they have addresses: a VRF takes away those of IPv6.
  for (const each of [inside, tunnel]) each.set({ master: upper ?? false });
  for (const each of [outside, vlan]) each.set({ master: lower ?? false });
  if (dummy) dev?.set({ master: lower ?? false });
  for (const address of plan.router) inside.address.add(address);
  vlan.address.add(plan.outer);
  (dummy && dev ? dev : tunnel).address.add(`${plan.local}/${kind === 'gre' ? 32 : 128}`);
  router.route.add({ to: far.local, via: withoutLength(far.outer), ...tableOf(lower) });
  for (const to of far.behind) router.route.add({ to, dev: tunnel, ...tableOf(upper) });
  return { tunnel, devices: [vlan, tunnel] };
}

function tableOf(vrf: { table: number } | undefined) {
  return vrf ? { table: vrf.table } : {};
}

function withoutLength(prefix: string): string {
  return prefix.replace(/\/.*/, '');
}
