import { expect, isBridge, type LoadedTopology, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

const OFFICE = `
namespaces:
  desk:
  printer:
  gateway: { role: router }
  internet:
    routes: [{ to: 10.0.0.0/24, via: 192.0.2.1 }]
  sw: { role: switch, subnets: [10.0.0.0/24] }
`;

const LINKS = `
links:
  - { a: desk, b: sw, mtu: 1400 }
  - a: { name: printer/lan0, address: 10.0.0.99/24, mac: '02:00:00:00:99:99' }
    b: { name: sw/printer, isolated: true }
  - { a: gateway/lan, b: sw/gateway }
  - a: { name: gateway/wan, address: 192.0.2.1/24 }
    b: { name: internet/eth0, address: 192.0.2.2/24 }
  - { kind: macvlan, name: desk/m1, parent: printer/lan0, mode: bridge, address: false }
`;

// desk, printer ── sw ── gateway ── internet; m1 (desk) is a macvlan on printer/lan0
test('a topology file makes namespaces, cables and links, with their settings', async ({ lab }) => {
  const office = await lab.load({ text: OFFICE + LINKS });
  const [desk, gateway] = [office.namespace('desk'), office.namespace('gateway')];

  await expect(desk).toReach(office.namespace('internet'), { through: gateway });
  await expect(desk).toReach('10.0.0.99');
  const links = JSON.parse((await desk.exec('ip', ['-j', '-d', 'link', 'show', 'dev', 'm1'])).stdout);
  expect(links).toMatchObject([{ linkinfo: { info_kind: 'macvlan', info_data: { mode: 'bridge' } } }]);
  const [lan0] = JSON.parse((await office.namespace('printer').exec('ip', ['-j', 'address', 'show', 'lan0'])).stdout);
  expect(lan0).toMatchObject({ address: '02:00:00:00:99:99', addr_info: [{ local: '10.0.0.99', prefixlen: 24 }, {}] });
  const ports = JSON.parse((await office.switch('sw').exec('bridge', ['-j', '-d', 'link'])).stdout);
  expect(ports.find((port: { ifname: string }) => port.ifname === 'printer')).toMatchObject({ isolated: true });
  expect(office.cable('gateway/wan').b).toBe(office.interface('internet/eth0'));
  expect(office.interface('desk/eth0').state().mtu).toBe(1400);
});

// a ── p0 (host) p1 ── b: a bridge with an address, made after its ports
test('a device belongs to a bridge of its namespace', async ({ lab }) => {
  const { namespace, interface: device } = bound(
    await lab.load({
      text: `
namespaces: { a: , host: , b: }
links:
  - a: { name: a/eth0, address: 10.1.0.2/24 }
    b: { name: host/p0, master: br0, hairpin: true }
  - a: { name: b/eth0, address: 10.1.0.3/24 }
    b: { name: host/p1, master: host/br0, address: false }
  - { kind: bridge, name: host/br0, address: 10.1.0.1/24, mcastRouter: 2 }
`,
    }),
  );

  await expect(namespace('a')).toReach(namespace('b'));
  await expect(namespace('a')).toReach('10.1.0.1');
  const { stdout } = await namespace('host').exec('ip', ['-j', '-d', 'link', 'show', 'master', 'br0']);
  expect(JSON.parse(stdout)).toMatchObject([
    { ifname: 'p0', linkinfo: { info_slave_data: { hairpin: true } } },
    { ifname: 'p1', linkinfo: { info_slave_data: { hairpin: false } } },
  ]);
  expect(isBridge(device('host/br0'))).toBe(true);
});

// a ── br0 (host, with a vxlan, too); the lab names what is plugged into br0, and the vxlan
test('what is said of a device that the lab names is that device’s', async ({ lab }) => {
  const office = await lab.load({
    text: `
namespaces: { a: , host: }
links:
  - { kind: bridge, name: host/br0, address: 10.1.0.1/24 }
  - { a: { name: a, address: 10.1.0.2/24 }, b: { name: host, master: br0, hairpin: true, address: false } }
  - { kind: vxlan, name: host, id: 7, local: 10.1.0.1, address: false, fdb: [{ mac: '02:00:00:00:00:aa', dst: 10.1.0.2 }] }
`,
  });
  const host = office.namespace('host');
  const [end, vxlan] = [office.interface('host/eth0'), host.interfaces.find(({ kind }) => kind === 'vxlan')];

  const links = JSON.parse((await host.exec('ip', ['-j', '-d', 'link', 'show', 'master', 'br0'])).stdout);
  expect(links).toMatchObject([{ ifname: end.name, linkinfo: { info_slave_data: { hairpin: true } } }]);
  const fdb = JSON.parse((await host.exec('bridge', ['-j', 'fdb', 'show', 'dev', String(vxlan?.name)])).stdout);
  expect(fdb).toContainEqual(expect.objectContaining({ mac: '02:00:00:00:00:aa', dst: '10.1.0.2' }));
});

// a ── r ── b
test('routes, rules, neighbours, sysctls and programs of a namespace', async ({ lab }) => {
  const { namespace } = bound(
    await lab.load({
      text: `
namespaces:
  a:
    sysctls: { net.ipv4.ip_default_ttl: 33, net.ipv4.conf.eth0.proxy_arp: 1 }
    exec: ['ip address add 10.9.9.9/32 dev lo', { run: cat, input: something }]
    nexthops: [{ id: 7, via: 10.1.0.1, dev: eth0 }]
    routes: [{ to: 10.2.0.0/24, nhid: 7, table: 100 }, { to: 10.3.0.0/24, via: 10.1.0.1, src: 10.9.9.9 }]
    rules: [{ from: 10.1.0.2, table: 100 }]
    neighbours: [{ to: 10.1.0.77, lladdr: '02:00:00:00:00:77' }]
  r:
links:
  - { a: { name: a/eth0, address: 10.1.0.2/24 }, b: { name: r/eth0, address: [10.1.0.1/24, 'fd01::1/64'] } }
`,
    }),
  );
  const a = namespace('a');
  const json = async (...args: string[]) => JSON.parse((await a.exec('ip', ['-j', ...args])).stdout);

  expect(await json('nexthop')).toMatchObject([{ id: 7, gateway: '10.1.0.1', dev: 'eth0' }]);
  expect(await json('route', 'show', 'table', '100')).toMatchObject([{ dst: '10.2.0.0/24', gateway: '10.1.0.1' }]);
  expect(await json('route', 'show', '10.3.0.0/24')).toMatchObject([{ prefsrc: '10.9.9.9' }]);
  expect(await json('rule')).toContainEqual(expect.objectContaining({ src: '10.1.0.2', table: '100' }));
  expect(await json('neighbour')).toContainEqual(expect.objectContaining({ dst: '10.1.0.77', state: ['PERMANENT'] }));
  expect(a.sysctl.get('net.ipv4.ip_default_ttl')).toBe('33');
  expect(a.sysctl.get('net.ipv4.conf.eth0.proxy_arp')).toBe('1');
});

// a, b ── sw ── r, a router: b says its routes, so it has no other
test('a host that says its routes gets no default route by itself', async ({ lab }) => {
  const { namespace } = bound(
    await lab.load({
      text: `
namespaces: { a: , b: { routes: [] }, r: { role: router }, sw: { role: switch } }
links: [{ a: r, b: sw }, { a: a, b: sw }, { a: b, b: sw }]
`,
    }),
  );
  const defaults = (name: string) =>
    namespace(name)
      .route.list()
      .filter(({ to }) => to === 'default');

  expect(defaults('a')).toHaveLength(1);
  expect(defaults('b')).toHaveLength(0);
});

// a ── sw, with two VLANs known to sw, a static forwarding entry and a group
test('forwarding entries and groups of a switch', async ({ lab }) => {
  const office = await lab.load({
    text: `
namespaces:
  a:
  sw:
    role: switch
    mcastSnooping: true
    fdb: [{ mac: '02:00:00:00:00:aa', port: p0 }]
    mdb: [{ group: 239.1.1.1, port: sw/p0 }]
links: [{ a: a, b: sw/p0 }]
`,
  });
  const sw = office.switch('sw');
  const fdb = JSON.parse((await sw.exec('bridge', ['-j', 'fdb', 'show', 'br', 'br0'])).stdout);

  expect(fdb).toContainEqual(expect.objectContaining({ mac: '02:00:00:00:00:aa', ifname: 'p0', state: 'static' }));
  const [mdb] = JSON.parse((await sw.exec('bridge', ['-j', 'mdb'])).stdout);
  expect(mdb.mdb).toContainEqual(expect.objectContaining({ grp: '239.1.1.1', port: 'p0', state: 'permanent' }));
});

await describeNeeding([VLAN_FILTERING, 'bond', 'vrf', 'vlan', 'dummy'], () => {
  // trunk (host, bond0.10 and red) ═ sw, whose ports are in VLANs
  test('VLANs, a bond with its members, and a VRF', async ({ lab }) => {
    const office = await lab.load({
      text: `
namespaces:
  host:
  sw: { role: switch, vlanFiltering: true, vlans: [{ id: 10 }] }
links:
  - { kind: bond, name: host/bond0, mode: active-backup, miimon: 100, activeSlave: eth1, address: false }
  - a: { name: host/eth0, master: bond0, address: false }
    b: { name: sw/p0, vlans: [{ id: 10 }, { id: 20, pvid: true, untagged: true }] }
  - a: { name: host/eth1, master: host/bond0, address: false }
    b: { name: sw/p1, vlans: [] }
  - { kind: vlan, name: host/bond0.10, parent: host/bond0, id: 10, address: false }
  - { kind: vrf, name: host/red, table: 10, address: false }
  - { kind: dummy, name: host/d0, master: red, address: [10.5.0.1/24, 'fd05::1/64'] }
`,
    });
    const [host, sw] = [office.namespace('host'), office.switch('sw')];
    const json = async (...args: string[]) => JSON.parse((await host.exec('ip', ['-j', '-d', ...args])).stdout);

    expect(await json('link', 'show', 'bond0')).toMatchObject([{ linkinfo: { info_data: { active_slave: 'eth1' } } }]);
    expect((await json('link', 'show', 'master', 'bond0')).map((link: { ifname: string }) => link.ifname)).toEqual([
      'eth0',
      'eth1',
    ]);
    const [d0] = await json('address', 'show', 'dev', 'd0');
    expect(d0.master).toBe('red');
    expect(d0.addr_info.map(({ local }: { local: string }) => local)).toEqual(
      expect.arrayContaining(['10.5.0.1', 'fd05::1']),
    );
    const vlans = JSON.parse((await sw.exec('bridge', ['-j', 'vlan'])).stdout);
    expect(vlans).toMatchObject([
      { ifname: 'br0', vlans: [{ vlan: 10 }] },
      { ifname: 'p0', vlans: [{ vlan: 10 }, { vlan: 20, flags: ['PVID', 'Egress Untagged'] }] },
    ]);
  });

  // a ── sw, by a port that the lab names
  test('the VLANs of a port that the lab names are not those of its bridge', async ({ lab }) => {
    const office = await lab.load({
      text: `
namespaces: { a: , sw: { role: switch, vlanFiltering: true } }
links: [{ a: a, b: { name: sw, vlans: [{ id: 20, pvid: true, untagged: true }] } }]
`,
    });
    const sw = office.switch('sw');

    const vlans = JSON.parse((await sw.exec('bridge', ['-j', 'vlan'])).stdout);
    expect(vlans).toContainEqual({
      ifname: sw.ports[0]?.name,
      vlans: [{ vlan: 20, flags: ['PVID', 'Egress Untagged'] }],
    });
    expect(vlans).toContainEqual({ ifname: 'br0', vlans: [{ vlan: 1, flags: ['PVID', 'Egress Untagged'] }] });
  });

  // a ── p0 (sw), in VLAN 20
  test('the entries of a VLAN, which the file says of the bridge, are made when the port is in it', async ({ lab }) => {
    const office = await lab.load({
      text: `
namespaces:
  a:
  sw:
    role: switch
    vlanFiltering: true
    mcastSnooping: true
    fdb: [{ mac: '02:00:00:00:00:aa', port: p0, vlan: 20 }]
    mdb: [{ group: 239.1.1.1, port: p0, vlan: 20 }]
links: [{ a: a, b: { name: sw/p0, vlans: [{ id: 20 }] } }]
`,
    });
    const read = async (...args: string[]) => JSON.parse((await office.switch('sw').exec('bridge', args)).stdout);

    expect(await read('-j', 'fdb', 'show', 'dev', 'p0')).toContainEqual(
      expect.objectContaining({ mac: '02:00:00:00:00:aa', vlan: 20 }),
    );
    const [{ mdb }] = await read('-j', 'mdb');
    expect(mdb).toContainEqual(expect.objectContaining({ grp: '239.1.1.1', port: 'p0', vid: 20 }));
  });
});

/** The methods of what was loaded, apart. */
function bound(loaded: LoadedTopology) {
  return {
    namespace: loaded.namespace.bind(loaded),
    interface: loaded.interface.bind(loaded),
  };
}
