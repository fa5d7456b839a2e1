import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ─┐
// b ─┼─ sw
// c ─┘
function build(lab: Lab) {
  const [a, b, c, sw] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.switch('sw')];
  for (const host of [a, b, c]) lab.cable(host, sw);
  return { a, b, c };
}

test('a permanent neighbour entry with the MAC address of another host', async ({ lab }) => {
  const { a, b, c } = build(lab);
  a.neighbour.add({ to: '10.0.0.2', lladdr: c.interface().mac });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
    code: 'neighbour.other-host',
    facts: { device: 'c/eth0', namespace: 'a', address: '10.0.0.2', isPermanent: true },
    of: 'probe',
    lastSeen: 'c/eth0',
  });
});

test('one for the answer', async ({ lab }) => {
  const { a, b, c } = build(lab);
  b.neighbour.add({ to: '10.0.0.1', lladdr: c.interface().mac });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
    code: 'neighbour.other-host',
    facts: { device: 'c/eth0', namespace: 'b', address: '10.0.0.1', isPermanent: true },
    of: 'answer',
    lastSeen: 'c/eth0',
  });
});

// a ─┐        ┌ 10.0.1.2 (b)
// c ─┼─ sw    │
// r ─┘ eth1 ──┘
test.for([
  [
    'a gateway that is no router',
    'c',
    {
      code: 'router.forwarding-off',
      facts: { namespace: 'c', family: 4, sysctl: 'net.ipv4.ip_forward' },
      lastSeen: 'c/eth0',
    },
  ],
  [
    'a gateway by an old MAC address',
    'r',
    {
      code: 'neighbour.old-mac',
      facts: {
        device: 'r/eth0',
        destination: '02:00:00:00:99:99',
        entry: { namespace: 'a', address: '10.0.0.3', isPermanent: true },
      },
      lastSeen: 'r/eth0',
    },
  ],
] as const)('%s', async ([, gateway, expected], { lab }) => {
  const [a, c, r, b, sw] = [
    lab.namespace('a'),
    lab.namespace('c'),
    lab.router('r'),
    lab.namespace('b'),
    lab.switch('sw'),
  ];
  for (const host of [a, c, r]) lab.cable(host, sw);
  lab.cable(r, b);
  if (gateway === 'c') {
    a.route.delete({ to: 'default', via: '10.0.0.3' });
    a.route.add({ to: 'default', via: '10.0.0.2' });
  } else a.neighbour.add({ to: '10.0.0.3', lladdr: '02:00:00:00:99:99' });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject(expected);
});

// c ─ d, with the addresses of the network below; a ─ r ─ b
test('an address that another network has as well', async ({ lab }) => {
  const [c, d, a, r, b] = [
    lab.namespace('c'),
    lab.namespace('d'),
    lab.namespace('a'),
    lab.router('r'),
    lab.namespace('b'),
  ];
  lab.cable(c, d, { a: { address: '10.0.1.2/24' }, b: { address: '10.0.1.9/24' } });
  lab.cable(a, r, { a: { address: '10.8.0.1/24' }, b: { address: '10.8.0.254/24' } });
  lab.cable(r, b, { a: { address: '10.0.1.1/24' }, b: { address: '10.0.1.2/24' } });
  b.route.delete({ to: 'default', via: '10.0.1.1' });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.none',
    facts: { namespace: 'b', to: '10.8.0.1', back: true },
    lastSeen: 'b/eth0',
  });
});
