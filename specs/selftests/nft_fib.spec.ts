import { describe, expect, type Lab, test } from 'hairpin';
import { filter } from './nft.ts';

const MISSING = 'fib saddr . iif oif missing counter drop';

// ns1 ── eth0 (router) eth1 ── ns2
function build(lab: Lab) {
  const [ns1, router, ns2] = [lab.namespace('ns1'), lab.router('router'), lab.namespace('ns2')];
  const near = lab.cable(ns1, router, {
    a: { address: ['10.0.1.99/24', 'dead:1::99/64'] },
    b: { address: ['10.0.1.1/24', 'dead:1::1/64'] },
  });
  const far = lab.cable(ns2, router, {
    a: { address: ['10.0.2.99/24', 'dead:2::99/64'] },
    b: { address: ['10.0.2.1/24', 'dead:2::1/64'] },
  });
  return { ns1, router, ns2, eth0: near.b, eth1: far.b, host: near.a };
}

describe('a rule that asks by which way its sender is reached', () => {
  test('fib expression did not cause unwanted packet drops', async ({ lab }) => {
    const { ns1, router, ns2, eth1 } = build(lab);
    for (const each of [ns1, router, ns2]) await filter(each, 'prerouting', [MISSING]);
    for (const family of [4, 6] as const) {
      await expect(ns1).toReach(eth1, { family });
      await expect(ns1).toReach(ns2, { family });
    }
  });

  test.for([
    ['fib expression did drop packets for 1.1.1.1', '1.1.1.1', '10.0.2.98/32'],
    ['fib expression did drop packets for 1c3::c01d', '1c3::c01d', 'dead:2::98/128'],
  ] as const)('%s', async ([, to, wrong], { lab }) => {
    const { ns1, router, host } = build(lab);
    host.address.add(wrong);
    const from = wrong.replace(/\/.*/, '');
    await expect(ns1).not.toReach(to, { from, droppedBy: 'route.none', at: router });
    await filter(router, 'prerouting', [MISSING]);
    await expect(ns1).not.toReach(to, { from, droppedBy: 'nft.drop', at: router });
  });

  test('fib expression forward check with policy based routing', async ({ lab }) => {
    const { ns1, router, ns2, eth0, eth1 } = build(lab);
    await filter(router, 'forward', ['fib saddr . iif oif gt 0 accept', 'drop']);
    router.rule.add({ table: 128 });
    router.rule.add({ iif: eth0, table: 129 });
    router.route.add({ to: '10.0.1.0/24', dev: eth0, table: 128 });
    router.route.add({ to: '10.0.2.0/24', dev: eth1, table: 129 });
    router.rule.delete({ table: 'main', family: 4 });
    for (const family of [4, 6] as const) await expect(ns1).toReach(ns2, { family });
    router.route.delete({ to: '10.0.1.0/24', table: 128 });
    await expect(ns1).not.toReach(ns2, { family: 4, droppedBy: 'nft.drop', at: router });
  });
});
