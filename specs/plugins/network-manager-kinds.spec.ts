import { randomBytes } from 'node:crypto';
import { describe, expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { findNetworkManager, networkManager } from 'hairpin/plugins';
import { bridgeLink, ipAddresses, ipLink } from '../lab/referee.ts';
import { describeNeeding } from '../needs.ts';
import { address, keyfile, portOf, SLOW } from './keyfile.ts';

/** NetworkManager's words for the modes (`NMSettingMacvlanMode`). */
const MACVLAN_MODES = { vepa: 1, bridge: 2, private: 3 };

/** host: up0, which is NetworkManager's ── eth0, far */
function build(lab: Lab) {
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const { a: up0, b: eth0 } = lab.cable(host, far, {
    a: { name: 'up0', address: false },
    b: { address: ['192.0.2.2/24', '2001:db8::2/64'] },
  });
  return { host, far, up0, eth0 };
}

const UP0 = keyfile('up0', 'ethernet', { ipv4: address('192.0.2.1/24'), ipv6: address('2001:db8::1/64') });

/** As a container manager does with what others made. */
async function moveTo(ns: Namespace, device: Interface, ...addresses: string[]): Promise<void> {
  await device.namespace.exec('ip', ['link', 'set', 'dev', device.name, 'netns', ns.path]);
  const moved = ns.interface(device.name);
  moved.set({ up: true });
  for (const each of addresses) moved.address.add(each);
}

describe.skipIf(!findNetworkManager())('needs network-manager', () => {
  // ns1 ─ mv1 (macvlan, by NetworkManager) ┐
  //                                        ├─ up0 (host) ── p0 (sw) ─┬─ gateway
  // ns2 ─ mv2 (macvlan, by NetworkManager) ┘                         └─ neighbour
  const modes = (['bridge', 'private', 'vepa'] as const).flatMap((mode) =>
    [false, true].map((hairpin) => ({ mode, hairpin })),
  );
  test.for(modes)(
    'a pair of macvlans in $mode, hairpin $hairpin, is as the model says',
    async ({ mode, hairpin }, { lab }) => {
      const [host, gateway, neighbour] = [lab.namespace('host'), lab.namespace('gateway'), lab.namespace('neighbour')];
      const [ns1, ns2, sw] = [lab.namespace('ns1'), lab.namespace('ns2'), lab.switch('sw')];
      const { a: uplink } = lab.cable(host, sw, { a: { name: 'up0', address: false }, b: { hairpin } });
      lab.cable(gateway, sw);
      lab.cable(neighbour, sw);
      const macvlan = (name: string) =>
        keyfile(name, 'macvlan', { macvlan: [`mode=${MACVLAN_MODES[mode]}`, 'parent=up0'] });
      const daemon = await networkManager(host, {
        ...keyfile('up0', 'ethernet', { ipv4: address('10.0.0.18/24'), ipv6: address('fd00::12/64') }),
        ...macvlan('mv1'),
        ...macvlan('mv2'),
      });
      const [mv1, mv2] = (await daemon.configured(['mv1', 'mv2', 'up0'], SLOW)) as [Interface, Interface, Interface];
      expect((await ipLink(host, 'mv1')).linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
      await daemon.stop();
      await moveTo(ns1, mv1, '10.0.0.101/24', 'fd00::65/64');
      await moveTo(ns2, mv2, '10.0.0.102/24', 'fd00::66/64');
      await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs(mode, { hairpin });
    },
  );

  // host: mv1 (macvlan, by NetworkManager) on up0 ── eth0, far
  test('a macvlan with an address, an MTU and a MAC address', async ({ lab }) => {
    const { host, far, up0 } = build(lab);
    const daemon = await networkManager(host, {
      ...keyfile('up0', 'ethernet'),
      ...keyfile('mv1', 'macvlan', {
        ...{ macvlan: ['mode=2', 'parent=up0'], ipv4: address('192.0.2.101/24') },
        ethernet: ['cloned-mac-address=02:00:00:00:01:01', 'mtu=1400'],
      }),
    });
    const [mv1] = (await daemon.configured(['mv1'], SLOW)) as [Interface];
    expect(mv1).toMatchObject({ kind: 'macvlan', parent: up0, mode: 'bridge', mac: '02:00:00:00:01:01' });
    expect(await ipLink(host, 'mv1')).toMatchObject({ mtu: 1400, address: '02:00:00:00:01:01' });
    expect(await ipAddresses(host, 'mv1')).toEqual(['192.0.2.101/24']);
    await expect(host).toReach(far, { from: mv1, through: [mv1, up0] });
  });

  // far, eth0 ── up0 (br0: host) v1 ── v0, inner
  test('a veth pair, one end of which is a port', async ({ lab }) => {
    const { host, far, up0 } = build(lab);
    const inner = lab.namespace('inner');
    const daemon = await networkManager(host, {
      ...keyfile('br0', 'bridge', { bridge: ['stp=false'] }),
      ...keyfile('up0', 'ethernet', { connection: portOf('br0', 'bridge') }),
      ...keyfile('v0', 'veth', { veth: ['peer=v1'] }),
      ...keyfile('v1', 'veth', { veth: ['peer=v0'], connection: portOf('br0', 'bridge') }),
    });
    const [v0, v1] = (await daemon.configured(['v0', 'v1', 'br0', 'up0'], SLOW)) as [
      Interface,
      Interface,
      ...Interface[],
    ];
    expect((await ipLink(host, 'v0')).linkinfo.info_kind).toBe('veth');
    expect(await bridgeLink(host, 'v1')).toMatchObject({ master: 'br0' });
    await daemon.stop();
    await moveTo(inner, v0, '192.0.2.1/24');
    await expect(far).toReach(inner, { through: [up0, v1] });
  });

  describeNeeding(['vxlan'], () => {
    // host: vx0 (10.7.0.1) ┄ up0 ── eth0 ┄ vxlan0 (10.7.0.2), far
    test.for([
      { underlay: 'IPv4', local: '192.0.2.1', remote: '192.0.2.2' },
      { underlay: 'IPv6', local: '2001:db8::1', remote: '2001:db8::2' },
    ])('a VXLAN over $underlay', async ({ local, remote }, { lab }) => {
      const { host, far, eth0 } = build(lab);
      far.link('vxlan', { id: 42, local: remote, remote: local, dev: eth0, address: '10.7.0.2/24' });
      const vxlan = ['id=42', `local=${local}`, `remote=${remote}`, 'destination-port=4789', 'parent=up0'];
      const daemon = await networkManager(host, {
        ...UP0,
        ...keyfile('vx0', 'vxlan', { vxlan, ipv4: address('10.7.0.1/24') }),
      });
      const [vx0] = (await daemon.configured(['vx0', 'up0'], SLOW)) as [Interface];
      expect((await ipLink(host, 'vx0')).linkinfo).toMatchObject({
        info_kind: 'vxlan',
        info_data: { id: 42, link: 'up0', port: 4789 },
      });
      await expect(host).toReach('10.7.0.2', { through: vx0 });
    });
  });

  describeNeeding(['ipip', 'sit', 'gre', 'ip6tnl'], () => {
    // host: tun0 ┄ up0 ── eth0 ┄ ipip0 …, far
    test.for([
      { kind: 'ipip', mode: 1, ends: ['192.0.2.1', '192.0.2.2'], inner: ['10.7.0.1', '10.7.0.2'] },
      { kind: 'gre', mode: 2, ends: ['192.0.2.1', '192.0.2.2'], inner: ['10.7.0.1', '10.7.0.2'] },
      { kind: 'sit', mode: 3, ends: ['192.0.2.1', '192.0.2.2'], inner: ['fd07::1', 'fd07::2'] },
      { kind: 'ip6tnl', mode: 7, ends: ['2001:db8::1', '2001:db8::2'], inner: ['10.7.0.1', '10.7.0.2'] },
    ] as const)('an ip-tunnel of mode $mode makes $kind', async ({ kind, mode, ends, inner }, { lab }) => {
      const { host, far } = build(lab);
      const length = kind === 'sit' ? 64 : 24;
      far.link(kind, { local: ends[1], remote: ends[0], address: `${inner[1]}/${length}` });
      const daemon = await networkManager(host, {
        ...UP0,
        ...keyfile('tun0', 'ip-tunnel', {
          'ip-tunnel': [`mode=${mode}`, `local=${ends[0]}`, `remote=${ends[1]}`, 'parent=up0'],
          ...(kind === 'sit'
            ? { ipv6: [...address(`${inner[0]}/64`), 'addr-gen-mode=stable-privacy'] }
            : { ipv4: address(`${inner[0]}/24`) }),
        }),
      });
      const [tun0] = (await daemon.configured(['tun0', 'up0'], SLOW)) as [Interface];
      expect((await ipLink(host, 'tun0')).linkinfo).toMatchObject({ info_kind: kind });
      await expect(host).toReach(inner[1], { through: tun0 });
    });
  });

  describeNeeding(['sit'], () => {
    // host: tun0 ┄ up0 ── eth0 ┄ sit0, far
    test('NetworkManager 1.42 gives a sit up without addr-gen-mode, though the kernel has an identifier for it', async ({
      lab,
      skip,
    }) => {
      const { host, far } = build(lab);
      const there = far.link('sit', { local: '192.0.2.2', remote: '192.0.2.1', address: 'fd07::2/64' });
      const tunnel = ['mode=3', 'local=192.0.2.1', 'remote=192.0.2.2', 'parent=up0'];
      const files = { ...UP0, ...keyfile('tun0', 'ip-tunnel', { 'ip-tunnel': tunnel, ipv6: address('fd07::1/64') }) };
      const daemon = await networkManager(host, files);
      skip(!daemon.log.includes('(version 1.42.'), 'needs NetworkManager 1.42');
      // nm_utils_get_ipv6_interface_identifier knows the identifiers of Ethernet, InfiniBand and GRE.
      await expect.poll(() => daemon.log).toMatch(/\(tun0\): linklocal6: failed to get interface identifier/);
      await expect.poll(() => daemon.log).toMatch(/\(tun0\): Activation: failed/);
      await expect(daemon.configured(['tun0'], { within: 50 })).rejects.toThrow(/failed \(ip-config-unavailable\)/);
      await daemon.stop();
      // addrconf_ifid_sit
      await host.exec('ip', ['tunnel', 'add', 'tun1', 'mode', 'sit', 'local', '192.0.2.1', 'remote', '192.0.2.2']);
      await host.exec('ip', ['link', 'set', 'tun1', 'up']);
      host.interface('tun1').address.add('fd07::1/64');
      await expect(host).toReach(there);
    });
  });

  describeNeeding(['wireguard'], () => {
    // host: wg0 (10.7.0.1) ┄ up0 ── eth0 ┄ wireguard0 (10.7.0.2), far
    test('a WireGuard tunnel', async ({ lab }) => {
      const { host, far } = build(lab);
      const key = () => randomBytes(32).toString('base64');
      const there = far.link('wireguard', { privateKey: key(), listenPort: 51820, address: '10.7.0.2/24' });
      const daemon = await networkManager(host, {
        ...UP0,
        ...keyfile('wg0', 'wireguard', {
          wireguard: [`private-key=${key()}`, 'listen-port=51821'],
          [`wireguard-peer.${there.publicKey}`]: ['endpoint=192.0.2.2:51820', 'allowed-ips=10.7.0.2/32;'],
          ipv4: address('10.7.0.1/24'),
        }),
      });
      const [wg0] = await daemon.configured(['wg0', 'up0'], SLOW);
      expect(wg0).toMatchObject({ kind: 'wireguard', listenPort: 51821 });
      const { publicKey } = wg0 as Interface & { publicKey: string };
      await expect(host).not.toReach('10.7.0.2');
      there.set({ peers: [{ publicKey, allowedIps: ['10.7.0.1/32'] }] });
      // The handshake of before was not answered: the next is sent when REKEY_TIMEOUT, 5 s, is over.
      await expect(host).toReach('10.7.0.2', { through: wg0 as Interface, within: 60_000 });
    });
  });

  describeNeeding(['bond'], () => {
    // host: bond0 (e0, e1) ── sw ── far
    test('a bond goes on when the active port is unplugged', async ({ lab }) => {
      const [host, far, sw] = [lab.namespace('host'), lab.namespace('far'), lab.switch('sw')];
      const cables = ['e0', 'e1'].map((name) => lab.cable(host, sw, { a: { name, address: false } }));
      lab.cable(far, sw, { a: { address: '10.9.0.1/24' } });
      const daemon = await networkManager(host, {
        ...keyfile('bond0', 'bond', {
          bond: ['mode=active-backup', 'miimon=20', 'primary=e0'],
          ipv4: address('10.9.0.100/24'),
        }),
        ...keyfile('e0', 'ethernet', { connection: portOf('bond0', 'bond') }),
        ...keyfile('e1', 'ethernet', { connection: portOf('bond0', 'bond') }),
      });
      const [bond0, e0, e1] = (await daemon.configured(['bond0', 'e0', 'e1'], SLOW)) as [
        Interface,
        Interface,
        Interface,
      ];
      expect((await ipLink(host, 'bond0')).linkinfo).toMatchObject({
        info_data: { mode: 'active-backup', miimon: 20, primary: 'e0' },
      });
      await expect(host).toReach(far, { through: e0, ...SLOW });
      cables[0]?.unplug();
      await expect(host).toReach(far, { through: e1, ...SLOW });
      expect(bond0).toMatchObject({ kind: 'bond' });
    });
  });

  describeNeeding(['vlan'], () => {
    // host: up0.10 on up0 ══ eth0, far, with eth0.10
    test('a VLAN', async ({ lab }) => {
      const { host, far, up0, eth0 } = build(lab);
      const there = far.vlan({ parent: eth0, id: 10, address: '10.7.0.2/24' });
      const daemon = await networkManager(host, {
        ...UP0,
        ...keyfile('up0.10', 'vlan', { vlan: ['id=10', 'parent=up0'], ipv4: address('10.7.0.1/24') }),
      });
      const [vlan] = (await daemon.configured(['up0.10', 'up0'], SLOW)) as [Interface];
      expect((await ipLink(host, 'up0.10')).linkinfo).toMatchObject({ info_kind: 'vlan', info_data: { id: 10 } });
      await expect(host).toReach(there, { through: [vlan, up0] });
      await expect(eth0).toSee(vlan, { vlan: [10] });
    });
  });

  describeNeeding(['dummy'], () => {
    // host: dummy0 (10.7.0.1), up0 ── eth0, far
    test('a dummy has an address that others reach', async ({ lab }) => {
      const { host, far, up0 } = build(lab);
      far.route.add({ to: '10.7.0.1/32', via: '192.0.2.1' });
      const daemon = await networkManager(host, {
        ...UP0,
        ...keyfile('dummy0', 'dummy', { ipv4: address('10.7.0.1/32') }),
      });
      const [dummy0] = await daemon.configured(['dummy0', 'up0'], SLOW);
      expect(dummy0).toMatchObject({ kind: 'dummy' });
      await expect(far).toReach('10.7.0.1', { through: up0 });
    });
  });
});
