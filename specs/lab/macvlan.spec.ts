import { expect, MACVLAN_MODES, test } from 'hairpin';
import { ipAddresses, ipLink, ipLinkNames, ipLinkUp } from './referee.ts';

// ns1 ─ m1 ── up0 (host) ── eth0 (far)
test.for(MACVLAN_MODES)(
  'a %s macvlan is made in its own namespace, on the parent in another',
  async (mode, { lab }) => {
    const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
    const { a: up0 } = lab.cable(host, far, { mtu: 1400, a: { name: 'up0' } });
    const m1 = ns1.macvlan({ parent: up0, mode, name: 'm1' });

    expect(await ipLinkNames(host)).toEqual(['up0']);
    const link = await ipLinkUp(ns1, 'm1');
    expect(link.linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode, bcqueuelen: 1000 } });
    expect(link).toMatchObject({ ifindex: m1.index, link_index: up0.index, operstate: 'UP', mtu: 1400 });
    expect(link.address).toBe(m1.mac);
    expect(await ipAddresses(ns1, 'm1')).toEqual(['10.0.0.3/24', 'fd00::3/64']);
    expect([m1.mode, m1.parent]).toEqual([mode, up0]);
  },
);

// ns1 ─ video ── up0 (host) ── eth0 (far)
test('a macvlan has the name, MAC, MTU, queue length and flags asked for', async ({ lab }) => {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  ns1.macvlan({
    parent: up0,
    name: 'video',
    mac: '02:00:00:00:aa:03',
    mtu: 1300,
    up: false,
    promiscuous: true,
    bcqueuelen: 50,
    address: '10.9.0.1/24',
  });
  const link = await ipLink(ns1, 'video');
  expect(link).toMatchObject({ address: '02:00:00:00:aa:03', mtu: 1300, operstate: 'DOWN' });
  expect(link.linkinfo.info_data).toMatchObject({ mode: 'vepa', bcqueuelen: 50 });
  expect(link.flags).toContain('PROMISC');
  expect(link.flags).not.toContain('UP');
  expect(await ipAddresses(ns1, 'video')).toEqual(['10.9.0.1/24']);
});

// ns1 ─ m1 ── up0 (host) ── eth0 (far)
test('a live macvlan goes from any mode but passthru to any other', async ({ lab }) => {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  const m1 = ns1.macvlan({ parent: up0, mode: 'private', name: 'm1' });
  for (const mode of [
    'vepa',
    'bridge',
    'source',
    'private',
    'bridge',
    'vepa',
    'source',
    'bridge',
    'private',
  ] as const) {
    m1.set({ mode });
    expect((await ipLink(ns1, 'm1')).linkinfo.info_data).toMatchObject({ mode });
    expect(m1.mode).toBe(mode);
  }
});

// At first: ns1 ─ m1 ── up0 (host) ── eth0 (far)
test('one set changes what every interface has and what only a macvlan has', async ({ lab }) => {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  const m1 = ns1.macvlan({ parent: up0, name: 'm1' });
  // One that is up can be renamed from 6.2 on only (`dev_change_name`).
  m1.set({ up: false });
  m1.set({ mode: 'bridge', bcqueuelen: 7, mtu: 1280, mac: '02:00:00:00:AA:04', promiscuous: true, name: 'm9' });
  const link = await ipLink(ns1, 'm9');
  expect(link.linkinfo.info_data).toMatchObject({ mode: 'bridge', bcqueuelen: 7 });
  expect(link).toMatchObject({ mtu: 1280, address: '02:00:00:00:aa:04', promiscuity: 1 });
  expect([m1.name, m1.mac, ns1.interface('m9')]).toEqual(['m9', '02:00:00:00:aa:04', m1]);
  m1.set({ promiscuous: false });
  expect(await ipLink(ns1, 'm9')).toMatchObject({ promiscuity: 0 });
});

// ns1 ─ macvlan0 ── up0 (host) ── eth0 (far), MTU 600: too small for IPv6
test('on a parent with an MTU below 1280 a macvlan has IPv4 only', async ({ lab }) => {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { mtu: 600, a: { name: 'up0' } });
  const m1 = ns1.macvlan({ parent: up0 });
  expect(await ipAddresses(ns1, m1.name)).toEqual(['10.0.0.3/24']);
  await expect(ns1).toReach(far);
});

// At first: ns2 ─ m2 ─ (m1, ns1) ── up0 (host) ── eth0 (far): the kernel puts m2 on up0 itself
test('a macvlan on a macvlan is a child of the device below, and outlives the one that it was made on', async ({
  lab,
}) => {
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  const m1 = ns1.macvlan({ parent: up0, name: 'm1' });
  const m2 = ns2.macvlan({ parent: m1, name: 'm2' });
  expect(await ipLink(ns2, 'm2')).toMatchObject({ link_index: up0.index });
  m1.delete();
  expect([m2.parent, m2.deleted, await ipLinkNames(ns2)]).toEqual([up0, false, ['m2']]);
  up0.delete();
  expect([m2.deleted, await ipLinkNames(ns2)]).toEqual([true, []]);
});
