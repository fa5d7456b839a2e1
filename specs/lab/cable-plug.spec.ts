import { expect, type Lab, type Namespace, test } from 'hairpin';
import { ipAddresses, ipLink, ipRoutes, read } from './referee.ts';

// a eth0 ── p0 sw p1 ── eth0 router
test('a pulled plug takes the carrier of both ends; the host keeps its addresses and routes', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, router] = [lab.namespace('a'), lab.router('router')];
  const cable = lab.cable(a, sw);
  lab.cable(router, sw);
  const [before, addressesBefore] = [await belongings(a), await ipAddresses(a, 'eth0')];
  for (const family of [4, 6] as const) expect((await ipRoutes(a, family))[0]).toMatchObject({ dst: 'default' });

  cable.unplug();
  expect(cable.a.state()).toMatchObject({ up: true, carrier: false });
  const pulled = await ipLink(a, 'eth0');
  expect(pulled).toMatchObject({
    // LOWERLAYERDOWN where the kernel takes any other end for a lower layer (`default_operstate`, as of 6.1).
    operstate: expect.stringMatching(/DOWN$/),
    flags: expect.arrayContaining(['NO-CARRIER']),
  });
  expect((await ipLink(sw, 'p0')).flags).not.toContain('LOWER_UP');
  expect(await ipAddresses(a, 'eth0')).toEqual(addressesBefore);
  await expect(a).not.toReach(router, { because: 'unsent' });

  cable.plug();
  expect(await ipLink(a, 'eth0')).toMatchObject({ operstate: 'UP', flags: expect.arrayContaining(['LOWER_UP']) });
  expect(await belongings(a)).toEqual(before);
  await expect(a).toReach(router);
  await expect(a).toReach(router, { family: 6 });
  expect(await ipRoutes(a)).toMatchObject([{ dst: 'default', gateway: '10.0.0.2' }]);
});

/** Each end with the address of the other. */
function twoHosts(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  const ends = [
    [a, '10.0.0.2'],
    [b, '10.0.0.1'],
  ] as const;
  return { a, b, cable, ends };
}

/** The time that an address, or a route of one, has left goes by. */
const LIFETIMES = /("(?:valid_life_time|preferred_life_time|expires)":)(?!4294967295)\d+/g;

/** Everything of a namespace's network that somebody set, as iproute2 has it. */
async function belongings(namespace: Namespace): Promise<unknown> {
  const shown = await Promise.all([
    read(namespace, 'ip', ['-j', 'address', 'show', 'dev', 'eth0']),
    read(namespace, 'ip', ['-j', '-4', 'route', 'show', 'table', 'all']),
    read(namespace, 'ip', ['-j', '-6', 'route', 'show', 'table', 'all']),
    read(namespace, 'ip', ['-j', 'neighbour', 'show', 'nud', 'permanent']),
    read(namespace, 'ip', ['-j', 'neighbour', 'show', 'proxy']),
  ]);
  return shown.map((objects) => objects.map((object) => JSON.stringify(object).replaceAll(LIFETIMES, '$1N')).sort());
}

/** Those of the link, too. */
async function addresses(namespace: Namespace): Promise<string[]> {
  const [device] = await read<{ addr_info: { local: string; prefixlen: number }[] }>(namespace, 'ip', [
    ...['-j', 'address', 'show', 'dev', 'eth0'],
  ]);
  return (device?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort();
}

// a eth0 ── eth0 b
test('nexthop objects, and routes by them, go with the carrier at both ends, as the kernel has it', async ({ lab }) => {
  const { a, b, cable, ends } = twoHosts(lab);
  for (const [ns, via] of ends) {
    ns.nexthop.add({ id: 7, via, dev: 'eth0' });
    ns.route.add({ to: '10.9.0.0/16', nhid: 7 });
    ns.route.add({ to: '10.8.0.0/16', via });
  }
  cable.unplug();
  expect(await read(a, 'ip', ['-j', 'nexthop'])).toEqual([]);
  cable.plug();
  for (const ns of [a, b]) {
    expect(await read(ns, 'ip', ['-j', 'nexthop'])).toEqual([]);
    expect(await ipRoutes(ns)).toMatchObject([{ dst: '10.8.0.0/16' }]);
  }
});

// a eth0 ── eth0 b
test('between two hosts neither has a carrier then, and both are as before when it is back', async ({ lab }) => {
  const { a, b, cable, ends } = twoHosts(lab);
  for (const [ns, via] of ends) {
    ns.route.add({ to: 'default', via });
    ns.route.add({ to: 'default', via: via.replace('10.0.0.', 'fd00::') });
    ns.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:00:77' });
    ns.neighbour.add({ to: '10.0.0.78', lladdr: '02:00:00:00:00:78', externLearn: true });
    ns.neighbour.add({ to: '10.0.0.79', proxy: true, dev: 'eth0' });
    const setUp = `
      address add fe80::99/64 dev eth0 nodad
      address add fd00:5::${ns.name}/64 dev eth0 nodad noprefixroute
      address add fd00:6::${ns.name}/64 dev eth0 nodad valid_lft 90000 preferred_lft 80000
      route add 192.0.2.1 dev eth0
      route add 10.9.0.0/16 via 192.0.2.1 metric 7 mtu 1400
      route add 10.8.0.0/16 nexthop via ${via} weight 2 nexthop via 192.0.2.1
      route add 10.7.0.0/16 via ${via} table 77
      route add fd00:9::/64 nexthop via fe80::7 dev eth0 nexthop via fe80::8 dev eth0`;
    await ns.exec('ip', ['-batch', '-'], { input: `${setUp.trim()}\n` });
    // The route of an address comes a moment after it, also without detection of duplicates (addrconf_dad_begin, by a worker).
    for (const to of ['fe80::99', `fd00:5::${ns.name}`, `fd00:6::${ns.name}`])
      await expect(ns).toHaveRoute({ to, table: 'local', type: 'local' });
  }
  const before = await Promise.all([a, b].map(belongings));
  const addressesBefore = await Promise.all([a, b].map(addresses));

  cable.unplug();
  for (const end of [cable.a, cable.b]) expect(end.state()).toMatchObject({ carrier: false });
  // What has a limited time of its own cannot be given to a device that is down.
  const isKept = (address: string) => !address.startsWith('fd00:6::b');
  expect((await Promise.all([a, b].map(addresses))).flat()).toEqual(addressesBefore.flat().filter(isKept));
  await expect(a).not.toReach(b, { because: 'unsent' });
  await expect(b).not.toReach(a, { because: 'unsent', family: 6 });
  cable.unplug();

  cable.plug();
  for (const end of [cable.a, cable.b]) expect(end.state()).toMatchObject({ up: true, carrier: true, operState: 'UP' });
  expect(await Promise.all([a, b].map(belongings))).toEqual(before);
  expect(b.sysctl.get('net.ipv6.conf.eth0.keep_addr_on_down')).toBe('0');
  await expect(a).toReach(b);
  await expect(b).toReach(a, { family: 6 });
});

// At first: a eth0 ── eth0 b
test('what a spec changes meanwhile is not put back', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  const eth0 = b.interface();
  b.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:00:77' });
  cable.unplug();
  eth0.address.delete('fd00::2/64');
  eth0.address.add('fd00::3/64');
  b.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:00:78' });
  eth0.set({ name: 'lan0' });
  cable.plug();
  expect(await ipAddresses(b, 'lan0')).toEqual(['10.0.0.2/24', 'fd00::3/64']);
  expect(b.neighbour.list()).toMatchObject([{ to: '10.0.0.77', lladdr: '02:00:00:00:00:78' }]);
  expect(b.sysctl.get('net.ipv6.conf.lan0.keep_addr_on_down')).toBe('0');
  await expect(a).toReach(b, { family: 6 });
});

// a eth0 ── va ┐
//              br0 (host, which a program made)
// b eth0 ── vb ┘
test.for([false, true])("a host's port is pulled as a switch's is, discovered: %s", async (discovered, { lab }) => {
  const [host, a, b] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, host, { b: { name: 'va', address: false } });
  const cable = lab.cable(b, host, {
    a: { address: ['10.0.0.2/24', 'fd00::2/64'] },
    b: { name: 'vb', address: false },
  });
  await host.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  for (const port of ['va', 'vb']) await host.exec('ip', ['link', 'set', port, 'master', 'br0']);
  if (discovered) lab.discover();

  cable.unplug();
  expect(cable.a.state()).toMatchObject({ up: true, carrier: false });
  expect(cable.b.state()).toMatchObject({ up: false, carrier: false });
  expect(await ipAddresses(b, 'eth0')).toEqual(['10.0.0.2/24', 'fd00::2/64']);
  cable.plug();
  await expect(a).toReach(b);
  await expect(a).toReach(b, { family: 6 });
});
