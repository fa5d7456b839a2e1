import { describe, expect, type Lab, test } from 'hairpin';

// foo ── bar
function segment(lab: Lab, a: string, b: string, length: number) {
  const [foo, bar] = [lab.namespace('foo'), lab.namespace('bar')];
  const cable = lab.cable(foo, bar, { a: { address: `${a}/${length}` }, b: { address: `${b}/${length}` } });
  return { foo, bar, cable };
}

// foo ── router ── bar
function routed(lab: Lab, [a, near, far, b]: readonly string[], length: number) {
  const [foo, router, bar] = [lab.namespace('foo'), lab.router('router'), lab.namespace('bar')];
  lab.cable(foo, router, { a: { address: `${a}/${length}` }, b: { address: `${near}/${length}` } });
  lab.cable(bar, router, { a: { address: `${b}/${length}` }, b: { address: `${far}/${length}` } });
  return { foo, router, bar };
}

describe('unicast addresses that once were reserved', () => {
  test.for([
    ['assign and ping within 240/4 (1 of 2) (is allowed)', '240.1.2.1', '240.1.2.4', 24],
    ['assign and ping within 240/4 (2 of 2) (is allowed)', '250.100.2.1', '250.100.30.4', 16],
    ['assign and ping within 0/8 (1 of 2) (is allowed)', '0.1.2.17', '0.1.2.23', 24],
    ['assign and ping within 0/8 (2 of 2) (is allowed)', '0.77.240.17', '0.77.2.23', 16],
    ['assign and ping inside 255.255/16 (is allowed)', '255.255.3.1', '255.255.50.77', 16],
    ['assign and ping inside 255.255.255/24 (is allowed)', '255.255.255.1', '255.255.255.254', 24],
    ['assign and ping lowest address (/24)', '5.10.15.20', '5.10.15.0', 24],
    ['assign and ping lowest address (/26)', '192.168.101.192', '192.168.101.193', 26],
  ] as const)('%s', async ([, a, b, length], { lab }) => {
    const { foo, bar } = segment(lab, a, b, length);
    for (const by of ['icmp', 'tcp'] as const) {
      await expect(foo).toReach(b, { by });
      await expect(bar).toReach(a, { by });
    }
  });

  test.for([
    ['route between 240.5.6/24 and 255.1.2/24 (is allowed)', ['240.5.6.7', '240.5.6.1', '255.1.2.1', '255.1.2.3'], 24],
    [
      'route between 0.200/16 and 245.99/16 (is allowed)',
      ['0.200.6.7', '0.200.38.1', '245.99.101.1', '245.99.200.111'],
      16,
    ],
    ['routing using lowest address', ['192.168.42.1', '192.168.42.0', '9.8.7.6', '9.8.7.0'], 24],
  ] as const)('%s', async ([, addresses, length], { lab }) => {
    const { foo, router, bar } = routed(lab, addresses, length);
    for (const by of ['icmp', 'tcp'] as const) {
      await expect(foo).toReach(addresses[3], { by, through: router });
      await expect(bar).toReach(addresses[0], { by, through: router });
    }
  });
});

describe('addresses that no host may use', () => {
  test('assigning 0.0.0.0 (is forbidden)', async ({ lab }) => {
    const { foo, bar, cable } = segment(lab, '0.0.1.5', '0.0.0.0', 16);
    await expect(bar).not.toHaveAddress({ address: '0.0.0.0' });
    // It is what a host calls itself.
    cable.unplug();
    await expect(foo).toReach('0.0.0.0');
  });

  test.for([
    ['assigning 255.255.255.255 (is forbidden)', '255.255.255.1', '255.255.255.255', 16],
    ['assign and ping class D address (is forbidden)', '225.1.2.3', '225.1.2.200', 24],
  ] as const)('%s', async ([, a, b, length], { lab }) => {
    const { foo } = segment(lab, a, b, length);
    await expect(foo).not.toReach(b, { because: 'unsent' });
  });

  test('assign and ping inside 127/8 (is forbidden)', async ({ lab }) => {
    const { foo } = segment(lab, '127.99.4.5', '127.99.4.6', 16);
    await expect(foo).not.toReach('127.99.4.6', { droppedBy: 'ip.localnet', at: foo });
  });

  // Wanted: foo ── router ── bar
  test('routing using class D (is forbidden)', ({ lab }) => {
    const addresses = ['225.1.42.1', '225.1.42.2', '9.8.7.6', '9.8.7.1'];
    expect(() => routed(lab, addresses, 24)).toThrow('Nexthop has invalid gateway');
  });

  test('routing using 127/8 (is forbidden)', async ({ lab }) => {
    const { foo, bar } = routed(lab, ['127.99.2.3', '127.99.2.4', '200.1.2.3', '200.1.2.4'], 24);
    await expect(foo).not.toReach(bar, { family: 4, droppedBy: 'ip.localnet', at: foo });
  });
});
