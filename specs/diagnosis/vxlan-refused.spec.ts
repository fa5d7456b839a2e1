import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;
const INNER = '10.7.0.2';
type Options = Record<string, boolean>;

// a ─ t0 ┄┄ t0 ─ b
//     eth0 ── eth0
function build(lab: Lab, left: Options, right: Options, outer: readonly [string, string] = ['192.0.2.1', '192.0.2.2']) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [own, other] = outer;
  const length = own.includes(':') ? 64 : 24;
  lab.cable(a, b, { a: { address: `${own}/${length}` }, b: { address: `${other}/${length}` } });
  const common = { name: 't0', id: 7 } as const;
  a.link('vxlan', { ...common, address: '10.7.0.1/24', local: own, remote: other, ...left });
  b.link('vxlan', { ...common, address: `${INNER}/24`, local: other, remote: own, ...right });
  return { a, b };
}

/** What is said of a packet of `a/t0` that `b/t0` refuses. */
function refused(option: string, by: string) {
  const facts = { device: 'a/t0', by: 'b/t0', option, has: false, function: by };
  return { code: 'tunnel.refused', facts, of: 'probe', lastSeen: 'a/t0' };
}

describeNeeding(['vxlan'], () => {
  test('over IPv6 a vxlan wants UDP checksums, unless it is told to take packets without', async ({ lab }) => {
    const six = ['2001:db8::1', '2001:db8::2'] as const;
    const { a } = build(lab, { udp6zerocsumtx: true }, {}, six);
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(refused('udp6zerocsumrx', '__udp6_lib_rcv'));
    expect(await explanationOf(expect(a).toReach(INNER, SHORT))).toContain(
      'a/t0 ✗ the packet left a/t0 without a UDP checksum, and b/t0 expects one: its udp6zerocsumrx is off (__udp6_lib_rcv)\n' +
        'Hint: make a/t0 with udp6zerocsumtx: false, or b/t0 with udp6zerocsumrx: true: the kernel does not change it later',
    );
  });

  test('an answer without a UDP checksum is refused as well', async ({ lab }) => {
    const { a } = build(lab, {}, { udp6zerocsumtx: true }, ['2001:db8::1', '2001:db8::2']);
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'tunnel.refused',
      facts: { device: 'b/t0', by: 'a/t0', option: 'udp6zerocsumrx' },
      of: 'answer',
    });
  });

  test.for([
    [{ udp6zerocsumtx: true }, { udp6zerocsumrx: true }],
    [{}, { udp6zerocsumrx: true }],
  ] as const)('with %o and %o they reach each other', async ([left, right], { lab }) => {
    const { a } = build(lab, left, right, ['2001:db8::1', '2001:db8::2']);
    await expect(a).toReach(INNER);
  });

  test('a checksum that is left to a vxlan which fills in none', async ({ lab }) => {
    const { a } = build(lab, { remcsumtx: true }, {});
    // Those of ICMP are not left to it (vxlan_build_skb).
    await expect(a).toReach(INNER);
    const udp = { ...SHORT, by: 'udp', port: 7777 } as const;
    expect(await diagnosed(expect(a).toReach(INNER, udp))).toEqual(refused('remcsumrx', 'vxlan_rcv'));
  });

  test('a marked packet of a vxlan with gbp, and one without gbp', async ({ lab }) => {
    const { a } = build(lab, { gbp: true }, {});
    a.neighbour.add({ to: INNER, lladdr: lab.namespaces[1]?.interface('t0').mac as string, dev: 't0' });
    // Without a mark there is no policy in the header (vxlan_build_gbp_hdr).
    await expect(a).toReach(INNER, { neighbours: 'kept' });
    const mark = 'table ip t { chain c { type filter hook postrouting priority 0; meta mark set 5; }; }';
    await a.exec('nft', [mark]);
    expect(await diagnosed(expect(a).toReach(INNER, { ...SHORT, neighbours: 'kept' }))).toEqual(
      refused('gbp', 'vxlan_rcv'),
    );
  });

  test('a proxy that sends no question on, and knows no neighbour', async ({ lab }) => {
    const { a, b } = build(lab, { proxy: true }, {});
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual({
      code: 'vxlan.proxy',
      facts: { device: 'a/t0', address: INNER, message: 'question' },
      of: 'probe',
      lastSeen: 'a/t0',
    });
    a.neighbour.add({ to: INNER, lladdr: b.interface('t0').mac, dev: 't0' });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'neighbour.answer-lost',
      facts: {
        asked: { by: 'b', address: '10.7.0.1' },
        lost: {
          lastSeen: 'a/t0',
          cause: { code: 'vxlan.proxy', facts: { device: 'a/t0', address: '10.7.0.1', message: 'answer' } },
        },
      },
    });
    b.neighbour.add({ to: '10.7.0.1', lladdr: a.interface('t0').mac, dev: 't0' });
    await expect(a).toReach(INNER);
  });
});
