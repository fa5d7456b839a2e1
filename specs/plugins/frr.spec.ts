import { describe, expect, type Namespace, test } from 'hairpin';
import { type Frr, findFrr } from 'hairpin/plugins';
import { ipRoutes } from '../lab/referee.ts';
import { addLan, addTransit, addTriangle, LEARNT, startBgp, startOspf } from './routers.ts';

/** Where each destination leads, as zebra says that it has told the kernel. */
async function installed(router: Frr): Promise<Record<string, string[]>> {
  type Shown = Record<string, { installed?: boolean; protocol: string; nexthops: { ip?: string; fib?: boolean }[] }[]>;
  const shown = await router.json<Shown>('show ip route');
  return Object.fromEntries(
    Object.entries(shown).flatMap(([to, routes]) =>
      routes
        .filter((route) => route.installed && route.protocol !== 'connected')
        .map(({ nexthops }) => [
          to,
          nexthops
            .filter(({ fib }) => fib)
            .map(({ ip }) => String(ip))
            .toSorted(),
        ]),
    ),
  );
}

/** The same as `ip route` reads it from the kernel. */
async function inKernel(router: Namespace): Promise<Record<string, string[]>> {
  type Hop = { gateway?: string };
  const routes = (await ipRoutes(router)) as (Hop & { dst: string; nexthops?: Hop[] })[];
  return Object.fromEntries(
    routes.map(({ dst, nexthops, ...only }) => [
      dst,
      (nexthops ?? [only]).map(({ gateway }) => String(gateway)).toSorted(),
    ]),
  );
}

describe.skipIf(!findFrr())('needs frr', () => {
  // a ── r1 ── r2 ── b
  //       └ r3 ┘
  test('OSPF takes the short way, the long one while its cable is unplugged, and the short one again', async ({
    lab,
  }) => {
    const { a, b, r1, r2, r3, direct } = addTriangle(lab);
    const [first] = (await startOspf([r1, r2, r3])) as [Frr];
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.12.2', proto: 'ospf' }, LEARNT);
    await expect(r2).toHaveRoute({ to: '10.1.0.0/24', via: '10.0.12.1', proto: 'ospf' }, LEARNT);
    expect(await inKernel(r1)).toMatchObject({ '10.2.0.0/24': ['10.0.12.2'] });
    await expect
      .poll(async () => [await inKernel(r1), await installed(first)])
      .toSatisfy(([one, other]) => JSON.stringify(one) === JSON.stringify(other));
    await expect(a).toReach(b, { through: direct.b, notThrough: r3 });

    // Without the lost carrier they would give each other up only after 40 s.
    await expect(a).toStayReachable(b, { while: () => direct.unplug(), gap: 10_000 });
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.13.2', proto: 'ospf' });
    await expect(a).toReach(b, { through: [r1, r3, r2] });

    direct.plug();
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.12.2', proto: 'ospf' }, LEARNT);
  });

  // a ── r1 ── sw ── r2 ── b
  //       └─── r3 ───┘
  test('a dead link that keeps its carrier is noticed by BFD', async ({ lab }) => {
    const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
    const [r1, r2, r3] = [lab.router('r1'), lab.router('r2'), lab.router('r3')];
    addLan(lab, a, r1, '10.1.0');
    addLan(lab, b, r2, '10.2.0');
    const { b: port } = lab.cable(r1, sw, { a: { name: 'to-r2', address: '10.0.12.1/30' } });
    const { b: other } = lab.cable(r2, sw, { a: { name: 'to-r1', address: '10.0.12.2/30' } });
    addTransit(lab, r1, r3, '10.0.13');
    addTransit(lab, r2, r3, '10.0.23');
    const [first] = (await startOspf([r1, r2, r3], { bfd: true })) as [Frr];
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.12.2' }, LEARNT);
    await expect(r2).toHaveRoute({ to: '10.1.0.0/24', via: '10.0.12.1' }, LEARNT);
    await expect
      .poll(() => first.json('show bfd peers'), { timeout: LEARNT.within })
      .toContainEqual(expect.objectContaining({ peer: '10.0.12.2', status: 'up' }));

    const cut = () => {
      for (const each of [port, other]) each.set({ isolated: true });
    };
    await expect(a).toStayReachable(b, { while: cut, gap: 10_000 });
    await expect(a).toReach(b, { through: [r1, r3, r2] });
  });

  // a ── r1 ── r2 ── b     AS 65001, 65002 and, on the long way, 65003
  //       └ r3 ┘
  test('BGP moves to the longer way when the session of the shorter one ends', async ({ lab }) => {
    const { a, b, r1, r2, r3, direct } = addTriangle(lab);
    const [first] = (await startBgp([r1, r2, r3])) as [Frr];
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.12.2', proto: 'bgp' }, LEARNT);
    await expect(r2).toHaveRoute({ to: '10.1.0.0/24', via: '10.0.12.1', proto: 'bgp' }, LEARNT);
    await expect(a).toReach(b, { through: direct.b, notThrough: r3 });
    await first.configure('router bgp 65001\n neighbor 10.0.12.2 shutdown');
    await expect(r1).toHaveRoute({ to: '10.2.0.0/24', via: '10.0.13.2', proto: 'bgp' }, LEARNT);
    await expect(r2).toHaveRoute({ to: '10.1.0.0/24', via: '10.0.23.2', proto: 'bgp' }, LEARNT);
    await expect(a).toReach(b, { through: [r1, r3, r2] });
    expect(r1.route.list()).toContainEqual(expect.objectContaining({ to: '10.2.0.0/24', proto: 'bgp' }));
  });

  //           ┌ r2 ┐
  // a ── r1 ──┤    ├── r4 ── b
  //           └ r3 ┘
  test('BGP shares the traffic between two ways, until the daemon of one is killed', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const [r1, r2, r3, r4] = ['r1', 'r2', 'r3', 'r4'].map((name) => lab.router(name)) as [
      Namespace,
      Namespace,
      Namespace,
      Namespace,
    ];
    addLan(lab, a, r1, '10.1.0');
    addLan(lab, b, r4, '10.4.0');
    addTransit(lab, r1, r2, '10.0.12');
    addTransit(lab, r1, r3, '10.0.13');
    addTransit(lab, r2, r4, '10.0.24');
    addTransit(lab, r3, r4, '10.0.34');
    const [first, second] = (await startBgp([r1, r2, r3, r4])) as [Frr<'bgpd'>, Frr<'bgpd'>];
    const both = ['10.0.12.2', '10.0.13.2'].map((via) => expect.objectContaining({ via }));
    await expect(r1).toHaveRoute({ to: '10.4.0.0/24', proto: 'bgp', nextHops: expect.arrayContaining(both) }, LEARNT);
    await expect(r4).toHaveRoute({ to: '10.1.0.0/24', proto: 'bgp', nextHops: expect.any(Array) }, LEARNT);
    expect(await inKernel(r1)).toEqual(await installed(first));
    await expect(a).toReach(b);

    await second.daemons.bgpd.stop('SIGKILL');
    await expect(r1).toHaveRoute({ to: '10.4.0.0/24', proto: 'bgp', via: '10.0.13.2' }, LEARNT);
    await expect(r4).toHaveRoute({ to: '10.1.0.0/24', proto: 'bgp', via: '10.0.34.1' }, LEARNT);
    await expect(a).toReach(b, { through: r3 });
  });
});
