import { describe, expect, type Lab, test } from 'hairpin';

// lan ── eth0 (h1) eth1 ── eth0 (h2), which has an address of another subnet
function build(lab: Lab) {
  const [lan, h1, h2] = [lab.namespace('lan'), lab.namespace('h1'), lab.namespace('h2')];
  lab.cable(lan, h1, { a: { address: false }, b: { address: '192.168.0.1/24' } });
  const { a: eth1, b: far } = lab.cable(h1, h2, { a: { address: false }, b: { address: '192.168.1.1/32' } });
  h2.route.add({ to: 'default', dev: far });
  h1.nexthop.add({ id: 1, dev: eth1 });
  h1.route.add({ to: '192.168.1.1', nhid: 1 });
  return { h1, h2 };
}

describe('a nexthop object that is a device alone', () => {
  test('nexthop: get route with nexthop without gw', ({ lab }) => {
    const { h1 } = build(lab);
    expect(h1.route.get('192.168.1.1')).toMatchObject({ dev: 'eth1', via: undefined, src: '192.168.0.1' });
  });

  test('nexthop: ping through nexthop without gw', async ({ lab }) => {
    const { h1, h2 } = build(lab);
    await expect(h1).toReach(h2, { family: 4 });
    h1.nexthop.delete(1);
    await expect(h1).not.toReach(h2, { family: 4, droppedBy: 'route.none', at: h1 });
  });
});
