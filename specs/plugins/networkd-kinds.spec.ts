import { randomBytes } from 'node:crypto';
import { describe, expect, type Interface, type Namespace, type supports, test } from 'hairpin';
import { findNetworkd, networkd } from 'hairpin/plugins';
import { ipLink } from '../lab/referee.ts';
import { describeNeeding } from '../needs.ts';

/** In a guest without KVM the daemon takes ten times as long. */
const SLOW = { within: 120_000 };

interface Far {
  far: Namespace;
  /** The end of the cable there. */
  eth0: Interface;
}

interface Row {
  kind: Parameters<typeof supports>[0];
  /** What stands in the .netdev file below its name and its kind. */
  settings?: string;
  /** How the .network file of up0 names the device. */
  as: string;
  /** The device with the address. @default x1 */
  at?: 'up0';
  family?: 6;
  /** The interface at the far end, with an address of the subnet. */
  opposite: (far: Far, address: string) => Interface;
}

const ENDS4 = { local: '192.0.2.2', remote: '192.0.2.1' } as const;
const ENDS6 = { local: '2001:db8::2', remote: '2001:db8::1' } as const;
const TUNNEL4 = '[Tunnel]\nLocal=192.0.2.1\nRemote=192.0.2.2\n';
const TUNNEL6 = '[Tunnel]\nLocal=2001:db8::1\nRemote=2001:db8::2\n';

/** The frames come out of the cable as the device has sent them. */
const onTheCable: Row['opposite'] = ({ eth0 }, address) => {
  eth0.address.add(address);
  return eth0;
};

const ROWS: Row[] = [
  { kind: 'bridge', as: 'Bridge', settings: '[Bridge]\nSTP=no\n', opposite: onTheCable },
  { kind: 'macvlan', as: 'MACVLAN', settings: '[MACVLAN]\nMode=private\n', opposite: onTheCable },
  { kind: 'macvtap', as: 'MACVTAP', settings: '[MACVTAP]\nMode=vepa\n', opposite: onTheCable },
  { kind: 'ipvlan', as: 'IPVLAN', settings: '[IPVLAN]\nMode=L2\n', opposite: onTheCable },
  { kind: 'bond', as: 'Bond', settings: '[Bond]\nMode=active-backup\nMIIMonitorSec=100ms\n', opposite: onTheCable },
  { kind: 'vrf', as: 'VRF', at: 'up0', settings: '[VRF]\nTable=7\n', opposite: onTheCable },
  {
    kind: 'vlan',
    as: 'VLAN',
    settings: '[VLAN]\nId=7\n',
    opposite: ({ far, eth0 }, address) => far.vlan({ parent: eth0, id: 7, address }),
  },
  {
    kind: 'vxlan',
    as: 'VXLAN',
    settings: '[VXLAN]\nVNI=7\nLocal=192.0.2.1\nRemote=192.0.2.2\nDestinationPort=4789\n',
    opposite: ({ far }, address) => far.link('vxlan', { id: 7, ...ENDS4, dstport: 4789, address }),
  },
  {
    kind: 'geneve',
    as: '',
    settings: '[GENEVE]\nId=7\nRemote=192.0.2.2\n',
    opposite: ({ far }, address) => far.link('geneve', { id: 7, remote: '192.0.2.1', address }),
  },
  {
    kind: 'gre',
    as: 'Tunnel',
    settings: `${TUNNEL4}InputKey=2\nOutputKey=3\n`,
    opposite: ({ far }, address) => far.link('gre', { ...ENDS4, ikey: 3, okey: 2, address }),
  },
  {
    kind: 'gretap',
    as: 'Tunnel',
    settings: `${TUNNEL4}Key=2\n`,
    opposite: ({ far }, address) => far.link('gretap', { ...ENDS4, ikey: 2, okey: 2, address }),
  },
  {
    kind: 'erspan',
    as: 'Tunnel',
    settings: `${TUNNEL4}Key=2\nERSPANVersion=1\nERSPANIndex=9\nSerializeTunneledPackets=yes\n`,
    opposite: ({ far }, address) => far.link('erspan', { ...ENDS4, ikey: 2, okey: 2, erspan: 9, address }),
  },
  {
    kind: 'ipip',
    as: 'Tunnel',
    settings: TUNNEL4,
    opposite: ({ far }, address) => far.link('ipip', { ...ENDS4, address }),
  },
  {
    kind: 'sit',
    as: 'Tunnel',
    family: 6,
    settings: TUNNEL4,
    opposite: ({ far }, address) => far.link('sit', { ...ENDS4, address }),
  },
  {
    kind: 'ip6tnl',
    as: 'Tunnel',
    settings: `${TUNNEL6}Mode=ipip6\n`,
    opposite: ({ far }, address) => far.link('ip6tnl', { ...ENDS6, address }),
  },
  {
    kind: 'ip6gre',
    as: 'Tunnel',
    settings: TUNNEL6,
    opposite: ({ far }, address) => far.link('ip6gre', { ...ENDS6, address }),
  },
  {
    kind: 'ip6gretap',
    as: 'Tunnel',
    settings: TUNNEL6,
    opposite: ({ far }, address) => far.link('ip6gretap', { ...ENDS6, address }),
  },
];

const network = (name: string, ...lines: string[]) =>
  `[Match]\nName=${name}\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n${lines.join('\n')}\n`;

describe.skipIf(!findNetworkd())('needs systemd-networkd', () => {
  for (const { kind, settings = '', as, at, family = 4, opposite } of ROWS) {
    // host: x1 (by networkd) ┄ up0 ── eth0 ┄ far, whose end hairpin makes
    describeNeeding([kind], () => {
      test(`Kind=${kind} carries packets`, async ({ lab }) => {
        const [host, far] = [lab.namespace('host'), lab.namespace('far')];
        const { b: eth0 } = lab.cable(host, far, { a: { name: 'up0', address: false }, b: { address: false } });
        // For a tunnel's outer packets.
        const own = opposite === onTheCable ? [] : ['Address=192.0.2.1/24', 'Address=2001:db8::1/64'];
        if (opposite !== onTheCable) for (const outer of ['192.0.2.2/24', '2001:db8::2/64']) eth0.address.add(outer);
        const [address, target] = family === 6 ? ['fd07::1/64', 'fd07::2/64'] : ['10.7.0.1/24', '10.7.0.2/24'];
        const [upper, below] = at === 'up0' ? [[], [`Address=${address}`]] : [[`Address=${address}`], []];
        const daemon = networkd(host, {
          '10-x1.netdev': `[NetDev]\nName=x1\nKind=${kind}\n${settings}`,
          '20-up0.network': network('up0', ...own, ...below, ...(as === '' ? [] : [`${as}=x1`])),
          '20-x1.network': network('x1', ...upper),
        });
        const there = opposite({ far, eth0 }, target);
        const [x1, up0] = (await daemon.configured(['x1', 'up0'], SLOW)) as [Interface, Interface];
        expect((await ipLink(host, 'x1')).linkinfo.info_kind).toBe(kind);
        const from = at === 'up0' ? up0 : x1;
        await expect(host).toReach(there, { from, family, through: from });
      });
    });
  }

  /** Of a device, as `ip -j -s` counts: errors of what it was to send, and packets that it sent. */
  const counted = async (host: Namespace, name: string) => {
    const { stdout } = await host.exec('ip', ['-j', '-s', 'link', 'show', 'dev', name]);
    return JSON.parse(String(stdout))[0].stats64.tx as { errors: number; packets: number };
  };
  for (const kind of ['ip6gre', 'ip6gretap', 'ip6tnl'] as const) {
    // host: x1 (by networkd) ┄ up0 ── eth0 ┄ far
    describeNeeding([kind], () => {
      test(`Kind=${kind} with Local=any is configured, but sends nothing (ip6_tnl_xmit_ctl)`, async ({ lab }) => {
        const [host, far] = [lab.namespace('host'), lab.namespace('far')];
        const { b: eth0 } = lab.cable(host, far, { a: { name: 'up0', address: false }, b: { address: false } });
        eth0.address.add('2001:db8::2/64');
        const daemon = networkd(host, {
          '10-x1.netdev': `[NetDev]\nName=x1\nKind=${kind}\n[Tunnel]\nIndependent=yes\nMode=any\nLocal=any\nRemote=2001:db8::2\n`,
          '20-up0.network': network('up0', 'Address=2001:db8::1/64'),
          '20-x1.network': network('x1', 'Address=10.7.0.1/24'),
        });
        const there = far.link(kind, { ...ENDS6, address: '10.7.0.2/24' });
        const [x1] = (await daemon.configured(['x1', 'up0'], SLOW)) as [Interface];
        await expect(host).not.toReach(there, { from: x1, because: 'lost' });
        const { packets, errors } = await counted(host, 'x1');
        expect(packets).toBe(0);
        expect(errors).toBeGreaterThan(0);
      });
    });
  }

  // host: x1 (by networkd) ┄ lo; up0 ── eth0 ┄ far
  describeNeeding(['ipip'], () => {
    test('Kind=ipip with AssignToLoopback=yes is configured, but sends its packets to lo', async ({ lab }) => {
      const [host, far] = [lab.namespace('host'), lab.namespace('far')];
      lab.cable(host, far, { a: { name: 'up0', address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
      const daemon = networkd(host, {
        '10-x1.netdev': `[NetDev]\nName=x1\nKind=ipip\n${TUNNEL4}AssignToLoopback=yes\n`,
        '20-x1.network': network('x1', 'Address=10.7.0.1/24'),
      });
      const there = far.link('ipip', { ...ENDS4, address: '10.7.0.2/24' });
      const [x1] = (await daemon.configured(['x1'], SLOW)) as [Interface];
      const before = await counted(host, 'lo');
      await expect(host).not.toReach(there, { from: x1, because: 'lost' });
      expect((await counted(host, 'lo')).packets).toBeGreaterThan(before.packets);
    });
  });

  // host: x1 (by networkd) ┄ up0 ── eth0 ┄ far
  describeNeeding(['erspan'], () => {
    test.for([
      { key: undefined, carries: true },
      { key: 2, carries: false },
    ])('Kind=erspan with ERSPANVersion=0 and Key=$key: carries frames: $carries', async ({ key, carries }, { lab }) => {
      const [host, far] = [lab.namespace('host'), lab.namespace('far')];
      const { b: eth0 } = lab.cable(host, far, { a: { name: 'up0', address: false }, b: { address: false } });
      eth0.address.add('192.0.2.2/24');
      const daemon = networkd(host, {
        '10-x1.netdev': `[NetDev]\nName=x1\nKind=erspan\n${TUNNEL4}ERSPANVersion=0\n${key ? `Key=${key}\n` : ''}`,
        '20-up0.network': network('up0', 'Address=192.0.2.1/24', 'Tunnel=x1'),
        '20-x1.network': network('x1', 'Address=10.7.0.1/24'),
      });
      const keys = key ? { ikey: key, okey: key } : {};
      const there = far.link('erspan', { ...ENDS4, erspanVer: 0, ...keys, address: '10.7.0.2/24' });
      const [x1] = (await daemon.configured(['x1', 'up0'], SLOW)) as [Interface];
      if (carries) await expect(host).toReach(there, { through: x1 });
      else await expect(host).not.toReach(there, { because: 'lost' });
    });
  });

  // host: x1 (by networkd) ── x2 (far)
  test('Kind=veth carries packets, once its other end is elsewhere', async ({ lab }) => {
    const [host, far] = [lab.namespace('host'), lab.namespace('far')];
    const daemon = networkd(host, {
      '10-x1.netdev': '[NetDev]\nName=x1\nKind=veth\n[Peer]\nName=x2\n',
      '20-x.network': network('x1', 'Address=10.7.0.1/24', 'ConfigureWithoutCarrier=yes', 'IgnoreCarrierLoss=yes'),
    });
    const [x1] = (await daemon.configured(['x1'], SLOW)) as [Interface];
    expect((await ipLink(host, 'x1')).linkinfo.info_kind).toBe('veth');
    await host.exec('ip', ['link', 'set', 'dev', 'x2', 'netns', far.path]);
    const x2 = far.interface('x2');
    x2.set({ up: true });
    x2.address.add('10.7.0.2/24');
    await expect(host).toReach(x2, { through: x1 });
  });

  // host: wg1 (by networkd) ┄ up0 ── eth0 ┄ wg1 (far)
  describeNeeding(['wireguard'], () => {
    test('Kind=wireguard carries packets, with a key in a file and a peer in a drop-in', async ({ lab }) => {
      const [host, far] = [lab.namespace('host'), lab.namespace('far')];
      const ends = { a: { name: 'up0', address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } };
      lab.cable(host, far, ends);
      const [privateKey, other] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
      const there = far.link('wireguard', { privateKey: other as string, listenPort: 51_821, address: '10.7.0.2/24' });
      const daemon = networkd(host, {
        '10-wg1.netdev':
          '[NetDev]\nName=wg1\nKind=wireguard\n[WireGuard]\nListenPort=51820\nPrivateKeyFile=/run/systemd/network/wg1.key\n',
        '10-wg1.netdev.d/far.conf': `[WireGuardPeer]\nPublicKey=${there.publicKey}\nAllowedIPs=10.7.0.2/32\nEndpoint=192.0.2.2:51821\n`,
        'wg1.key': `${privateKey}\n`,
        '20-wg1.network': network('wg1', 'Address=10.7.0.1/24'),
      });
      const [wg1] = (await daemon.configured(['wg1'], SLOW)) as [Interface & { publicKey: string }];
      there.set({ peers: [{ publicKey: wg1.publicKey, endpoint: '192.0.2.1:51820', allowedIps: ['10.7.0.1/32'] }] });
      await expect(host).toReach(there, { through: wg1 });
      expect(daemon.status('wg1')).toEqual({ state: 'configured', file: '20-wg1.network' });
    });
  });

  // host: x1 (dummy, by networkd), up0 ── eth0 (far)
  describeNeeding(['dummy'], () => {
    test('the address of a Kind=dummy answers at another device', async ({ lab }) => {
      const [host, far] = [lab.namespace('host'), lab.namespace('far')];
      const { a: up0 } = lab.cable(host, far, {
        a: { name: 'up0', address: '192.0.2.1/24' },
        b: { address: '192.0.2.2/24' },
      });
      far.route.add({ to: '10.7.0.1', via: '192.0.2.1' });
      const daemon = networkd(host, {
        '10-x1.netdev': '[NetDev]\nName=x1\nKind=dummy\n',
        '20-x1.network': network('x1', 'Address=10.7.0.1/32'),
      });
      const [x1] = (await daemon.configured(['x1'], SLOW)) as [Interface];
      expect((await ipLink(host, 'x1')).linkinfo.info_kind).toBe('dummy');
      await expect(far).toReach('10.7.0.1', { through: up0 });
      x1.set({ up: false });
      // Its local route outlives the link (fib_sync_down_dev), until the daemon sees the link down and takes the address.
      await expect(x1).not.toHaveAddress('10.7.0.1', SLOW);
      await expect(far).not.toReach('10.7.0.1', { because: 'lost' });
    });
  });
});
