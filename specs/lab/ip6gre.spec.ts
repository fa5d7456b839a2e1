import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink } from './referee.ts';

/** a ─ ip6gre0 ┄ a/eth0 ── eth0/b ┄ ip6gre0 ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '2001:db8::1/64' }, b: { address: '2001:db8::2/64' } });
  return { a, b };
}

const LEFT = { local: '2001:db8::1', remote: '2001:db8::2' } as const;
const RIGHT = { local: '2001:db8::2', remote: '2001:db8::1' } as const;

describeNeeding(['ip6gre', 'ip6gretap'], () => {
  test.for<[options: object, shown: object]>([
    [{}, { ...LEFT, ttl: 64, encap_limit: 4 }],
    [
      { hoplimit: 9, noEncaplimit: true },
      { ttl: 9, ip6_tnl_f_ign_encap_limit: true },
    ],
    [{ flowinfo: 0x1234567 }, { tclass: '0x12', flowlabel: '0x34567' }],
    [
      { inheritTclass: true, inheritDscp: true },
      { ip6_tnl_f_use_orig_tclass: true, ip6_tnl_f_rcv_dscp_copy: true },
    ],
    [
      { ikey: 1, okey: 2, oseq: true },
      { ikey: '0.0.0.1', okey: '0.0.0.2', oseq: true },
    ],
  ])('link(ip6gretap, %o) is %o in the words of iproute2', async ([options, shown], { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link('ip6gretap', { ...LEFT, ...options });
    expect((await ipLink(a, tunnel.name)).linkinfo).toMatchObject({ info_kind: 'ip6gretap', info_data: shown });
    expect(tunnel).toMatchObject({ ...LEFT, ...options });
  });

  test.for(['ip6gre', 'ip6gretap'] as const)('two ends of %s reach each other', async (kind, { lab }) => {
    const { a, b } = build(lab);
    const [left, right] = [a.link(kind, LEFT), b.link(kind, RIGHT)];
    expect(await ipAddresses(b, right.name)).toEqual(['10.0.1.2/24', 'fd00:0:0:1::2/64']);
    await expect(a).toReach(right);
    await expect(b).toReach(left, { family: 6 });
    right.set({ remote: '2001:db8::9' });
    await expect(a).not.toReach(right);
  });
});
