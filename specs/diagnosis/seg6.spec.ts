import { expect, type Lab, test } from 'hairpin';
import { describeSegmentRouting } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 6 } as const;

// a ── left (r) right ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: 'fd00:1::2/64' }, b: { name: 'left', address: 'fd00:1::1/64' } });
  lab.cable(r, b, { a: { name: 'right', address: 'fd00:2::1/64' }, b: { address: 'fd00:2::2/64' } });
  return { a, r, b };
}

await describeSegmentRouting(() => {
  test('a router of a segment with seg6_enabled 0, of all or of the device', async ({ lab }) => {
    const { a, r, b } = build(lab);
    const encap = { seg6: { mode: 'encap', segs: ['fd00:1::1'] } } as const;
    a.route.add({ to: 'fd00:2::2', dev: 'eth0', encap });
    for (const [which, sysctl] of [
      ['all', 'net.ipv6.conf.all.seg6_enabled'],
      ['left', 'net/ipv6/conf/left/seg6_enabled'],
    ] as const) {
      expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
        code: 'seg6.disabled',
        facts: { device: 'r/left', sysctl },
        of: 'probe',
        lastSeen: 'r/left',
      });
      r.sysctl.set(`net.ipv6.conf.${which}.seg6_enabled`, 1);
    }
    await expect(a).toReach(b, { family: 6 });
  });

  test('a segment that the router has no route to', async ({ lab }) => {
    const { a, r, b } = build(lab);
    for (const which of ['all', 'left']) r.sysctl.set(`net.ipv6.conf.${which}.seg6_enabled`, 1);
    a.route.add({ to: 'fcff::/32', via: 'fd00:1::1' });
    a.route.add({ to: 'fd00:2::2', dev: 'eth0', encap: { seg6: { mode: 'encap', segs: ['fcff::1'] } } });
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'route.none',
      facts: { namespace: 'r', to: 'fcff::1' },
      lastSeen: 'r/left',
    });
  });

  // The one segment is a route of r: what is wrong is its action.
  test.for([
    [{ action: 'End' }, { code: 'seg6.last-segment', facts: { namespace: 'r', segment: 'fcff::1', action: 'End' } }],
    [
      { action: 'End.DT6', table: 77 },
      { code: 'route.none', facts: { namespace: 'r', to: 'fd00:2::2', table: 77 } },
    ],
    [
      { action: 'End.DX6', nh6: 'fd00:2::77' },
      { code: 'neighbour.unanswered', facts: { asked: { by: 'r', address: 'fd00:2::77' } } },
    ],
  ] as const)('a router that does %o with the last segment', async ([seg6local, cause], { lab }) => {
    const { a, r, b } = build(lab);
    for (const which of ['all', 'left']) r.sysctl.set(`net.ipv6.conf.${which}.seg6_enabled`, 1);
    a.route.add({ to: 'fcff::/32', via: 'fd00:1::1' });
    a.route.add({ to: 'fd00:2::2', dev: 'eth0', encap: { seg6: { mode: 'encap', segs: ['fcff::1'] } } });
    r.route.add({ to: 'fcff::1', dev: 'right', encap: { seg6local } });
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({ ...cause, of: 'probe', lastSeen: 'r/left' });
    r.route.replace({ to: 'fcff::1', dev: 'right', encap: { seg6local: { action: 'End.DT6', table: 254 } } });
    await expect(a).toReach(b, { family: 6 });
  });

  test('where both ways are wrapped, and nobody sees the probe itself, the target has answered', async ({ lab }) => {
    const { a, r, b } = build(lab);
    for (const which of ['all', 'left', 'right']) r.sysctl.set(`net.ipv6.conf.${which}.seg6_enabled`, 1);
    for (const [ns, to, segment] of [
      [a, 'fd00:2::2', 'fd00:1::1'],
      [b, 'fd00:1::2', 'fd00:2::1'],
    ] as const)
      await ns.exec('ip', `-6 route add ${to} encap seg6 mode encap segs ${segment} dev eth0`.split(' '));
    await expect(a).toReach(b, { family: 6 });
  });
});
