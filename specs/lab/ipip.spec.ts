import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink, refusal } from './referee.ts';

/** a ─ ipip0 ┄ a/eth0 ── eth0/b ┄ ipip0 ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, {
    a: { address: ['192.0.2.1/24', '2001:db8::1/64'] },
    b: { address: ['192.0.2.2/24', '2001:db8::2/64'] },
  });
  return { a, b };
}

const ENDS = {
  ipip: ['192.0.2.1', '192.0.2.2'],
  sit: ['192.0.2.1', '192.0.2.2'],
  ip6tnl: ['2001:db8::1', '2001:db8::2'],
} as const;
type Kind = keyof typeof ENDS;

const left = (kind: Kind) => ({ local: ENDS[kind][0], remote: ENDS[kind][1] });
const right = (kind: Kind) => ({ local: ENDS[kind][1], remote: ENDS[kind][0] });

describeNeeding(['ipip', 'sit', 'ip6tnl'], () => {
  test.for<[kind: Kind, options: object, shown: object]>([
    ['ipip', { ttl: 9, tos: 16 }, { ...left('ipip'), proto: 'ipip', ttl: 9, tos: '0x10' }],
    ['ipip', { mode: 'any', pmtudisc: false }, { proto: 'any', pmtudisc: false }],
    ['sit', {}, { ...left('sit'), proto: 'ip6ip', ttl: 64 }],
    ['sit', { ttl: 0 }, { proto: 'ip6ip' }],
    ['sit', { mode: 'any', isatap: true }, { proto: 'any', isatap: true }],
    ['ip6tnl', {}, { ...left('ip6tnl'), proto: 'any', ttl: 64, encap_limit: 4 }],
    ['ip6tnl', { mode: 'ipip6', noEncaplimit: true }, { proto: 'ipip6', ip6_tnl_f_ign_encap_limit: true }],
  ])('link(%o, %o) is %o in the words of iproute2', async ([kind, options, shown], { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link(kind, { ...left(kind), ...options });
    expect((await ipLink(a, tunnel.name)).linkinfo).toMatchObject({ info_kind: kind, info_data: shown });
    expect(tunnel).toMatchObject({ ...left(kind), ...options });
  });

  test.for<[kind: Kind, addresses: string[]]>([
    ['ipip', ['10.0.1.2/24']],
    ['sit', ['fd00:0:0:1::2/64']],
    ['ip6tnl', ['10.0.1.2/24', 'fd00:0:0:1::2/64']],
  ])('two ends of %s have addresses of what it carries, and reach each other', async ([kind, addresses], { lab }) => {
    const { a, b } = build(lab);
    a.link(kind, left(kind));
    const there = b.link(kind, right(kind));
    expect(await ipAddresses(b, there.name)).toEqual(addresses);
    await expect(a).toReach(there);
    there.set({ remote: ENDS[kind][0].replace(/1$/, '9') });
    await expect(a).not.toReach(there);
  });

  test('the kernel refuses a second between the same ends', ({ lab }) => {
    const { a } = build(lab);
    a.link('ipip', left('ipip'));
    expect(refusal(() => a.link('ipip', left('ipip')))).toContain(
      'usual cause: a has such a tunnel between these ends',
    );
  });
});
