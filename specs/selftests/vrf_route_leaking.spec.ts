import { describe, expect, type Interface, type Lab, type Namespace, type Trace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

const H1 = { 4: '172.16.1.1', 6: '2001:db8:16:1::1' } as const;
const H2 = { 4: '172.16.2.2', 6: '2001:db8:16:2::2' } as const;
const R1 = { 4: '172.16.1.253', 6: '2001:db8:16:1::253' } as const;
const N1 = { 4: '172.16.1.0/24', 6: '2001:db8:16:1::/64' } as const;
const N2 = { 4: '172.16.2.0/24', 6: '2001:db8:16:2::/64' } as const;
const [BLUE, RED] = [1101, 1102];
type Family = 4 | 6;

// h1 ── sw1 ── eth0 (blue) r1 eth1 (red), mtu 1400 ── sw2 ── h2
//        └──── eth0        r2 eth1 ──────────────────┘
/** @param isSymmetric whether h2 answers by r1, too: by r2 otherwise, and then the VRF red has no way to h1 */
function build(lab: Lab, isSymmetric: boolean) {
  const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
  const [h1, h2, r1, r2] = [lab.namespace('h1'), lab.namespace('h2'), lab.router('r1'), lab.router('r2')];
  lab.cable(h1, sw1, { a: { address: [`${H1[4]}/24`, `${H1[6]}/64`] } });
  lab.cable(h2, sw2, { a: { address: [`${H2[4]}/24`, `${H2[6]}/64`] } });
  lab.cable(r2, sw1, { a: { address: ['172.16.1.254/24', '2001:db8:16:1::254/64'] } });
  lab.cable(r2, sw2, { a: { address: ['172.16.2.254/24', '2001:db8:16:2::254/64'] } });
  const [blue, red] = [r1.link('vrf', { name: 'blue', table: BLUE }), r1.link('vrf', { name: 'red', table: RED })];
  const { a: eth0 } = lab.cable(r1, sw1, { a: { address: false } });
  const { a: eth1 } = lab.cable(r1, sw2, { a: { address: false } });
  eth1.set({ mtu: 1400 });
  enslave(eth0, blue, [`${R1[4]}/24`, `${R1[6]}/64`]);
  enslave(eth1, red, ['172.16.2.253/24', '2001:db8:16:2::253/64']);

  const back = isSymmetric ? '253' : '254';
  for (const family of [4, 6] as const) {
    h1.route.add({ to: N2[family], via: R1[family] });
    h2.route.add({ to: N1[family], via: family === 4 ? `172.16.2.${back}` : `2001:db8:16:2::${back}` });
    r1.route.add({ to: N2[family], dev: red, table: BLUE });
    if (isSymmetric) r1.route.add({ to: N1[family], dev: blue, table: RED });
  }
  return { h1, h2, r1 };
}

/** A VRF takes away the addresses of IPv6: they come afterwards. */
function enslave(device: Interface, vrf: Interface, addresses: readonly string[]): void {
  device.set({ master: vrf });
  for (const address of addresses) device.address.add(address);
}

/** What r1 says about a packet to h2 that has come to it. */
function fromR1(error: string, family: Family): string {
  return `${error} from ${R1[family]} (about ${H1[family]} > ${H2[family]})`;
}

/** What comes to h1. */
function errorsAt(h1: Namespace, { paths }: Trace): string[] {
  return paths.filter(({ devices }) => devices.includes(h1.interface())).map(({ description }) => description);
}

const TTL = { 4: 'ICMP time exceeded', 6: 'ICMPv6 time exceeded' } as const;
const HOP_LIMIT = { 4: 'net.ipv4.ip_default_ttl', 6: 'net.ipv6.conf.eth0.hop_limit' } as const;
const SIZE = { 4: 'ICMP fragmentation needed', 6: 'ICMPv6 packet too big' } as const;

describeNeeding(['vrf'], () => {
  describe('a route of one VRF leads to another', () => {
    const sections = [true, true, true, false, false].map((isSymmetric, at) => [at + 1, isSymmetric] as const);
    const cases = ([4, 6] as const).flatMap((family) =>
      sections.map(([number, isSymmetric]) => {
        const name = `Basic IPv${family} connectivity${number > 1 ? ` (${number})` : ''}`;
        return [name, family, isSymmetric] as const;
      }),
    );

    test.for(cases)('%s', async ([, family, isSymmetric], { lab }) => {
      const { h1, r1 } = build(lab, isSymmetric);
      await expect(h1).toReach(H2[family], { through: r1 });
      r1.route.delete({ to: N2[family], dev: 'red', table: BLUE });
      await expect(h1).not.toReach(H2[family]);
    });
  });

  describe('a router sends errors by the VRF that the packet came in by', () => {
    test.for([
      ['Ping received ICMP ttl exceeded', 4, true],
      ['Ping received ICMP ttl exceeded (2)', 4, false],
      ['Ping received ICMP Hop limit', 6, true],
      ['Ping received ICMP Hop limit (2)', 6, false],
    ] as const)('%s', async ([, family, isSymmetric], { lab }) => {
      const { h1 } = build(lab, isSymmetric);
      const ping = () => h1.exec('ping', ['-c1', '-t1', '-W1', H2[family]], { reject: false });
      expect(errorsAt(h1, await lab.trace(ping))).toContain(fromR1(TTL[family], family));
    });

    test.for([
      ['Traceroute reports a hop on r1', 4, true],
      ['Traceroute reports a hop on r1 (2)', 4, false],
      ['Traceroute6 reports a hop on r1', 6, true],
      ['Traceroute6 reports a hop on r1 (2)', 6, false],
    ] as const)('%s', async ([, family, isSymmetric], { lab }) => {
      const { h1 } = build(lab, isSymmetric);
      h1.sysctl.set(HOP_LIMIT[family], 1);
      const ask = () => expect(h1).not.toReach(H2[family], { by: 'udp' });
      expect(errorsAt(h1, await lab.trace(ask))).toContain(fromR1(TTL[family], family));
      h1.sysctl.set(HOP_LIMIT[family], 2);
      await expect(h1).toReach(H2[family], { by: 'udp' });
    });

    test.for([
      ['Ping received ICMP Frag needed', 4],
      ['Ping received ICMP Packet too big', 6],
    ] as const)('%s', async ([, family], { lab }) => {
      const { h1 } = build(lab, true);
      const ping = () => h1.exec('ping', ['-c1', '-s1450', '-Mdo', '-W1', H2[family]], { reject: false });
      // From whichever address: the VRF itself, by which the way leads, has none.
      expect(errorsAt(h1, await lab.trace(ping))).toContainEqual(
        expect.stringMatching(`^${SIZE[family]}.* \\(about ${H1[family]} > ${H2[family]}\\)$`),
      );
    });
  });
});
