import { expect, test } from 'hairpin';
import { ipRoutes } from './referee.ts';

// a eth0 ── eth0 b
test('routes of both families are added, listed and deleted as ip route has them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  a.route.add({ to: '10.7.0.0/16', via: '10.0.0.2' });
  a.route.add({ to: '203.0.113.9', dev: device });
  a.route.add({ to: 'default', via: '10.0.0.2', dev: 'eth0', src: '10.0.0.1' });
  a.route.add({ to: 'fd07::/48', via: 'fd00::2' });
  a.route.add({ to: 'default', via: 'fd00::2' });

  const v4 = await ipRoutes(a);
  expect(v4).toHaveLength(3);
  expect(v4).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ dst: '10.7.0.0/16', gateway: '10.0.0.2', dev: 'eth0' }),
      expect.objectContaining({ dst: '203.0.113.9', dev: 'eth0', scope: 'link' }),
      expect.objectContaining({ dst: 'default', gateway: '10.0.0.2', prefsrc: '10.0.0.1' }),
    ]),
  );
  expect((await ipRoutes(a, 6)).map(({ dst, gateway }) => [dst, gateway]).sort()).toEqual([
    ['default', 'fd00::2'],
    ['fd07::/48', 'fd00::2'],
  ]);
  expect(a.route.list()).toContainEqual(
    expect.objectContaining({
      ...{ to: '10.7.0.0/16', family: 4, via: '10.0.0.2', dev: 'eth0', src: undefined },
    }),
  );
  expect(a.route.get('10.7.1.1')).toMatchObject({ via: '10.0.0.2', dev: 'eth0', src: '10.0.0.1' });
  expect(a.route.get('fd07::1')).toMatchObject({ via: 'fd00::2', dev: 'eth0' });

  a.route.delete({ to: '10.7.0.0/16', via: '10.0.0.2' });
  a.route.delete({ to: 'default', via: 'fd00::2' });
  expect((await ipRoutes(a)).map(({ dst }) => dst).sort()).toEqual(['203.0.113.9', 'default']);
  expect((await ipRoutes(a, 6)).map(({ dst }) => dst)).toEqual(['fd07::/48']);
});

// a eth0 ── eth0 b
test('a route is appended: of IPv4 behind the first, of IPv6 as a further next hop', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.route.add({ to: '10.7.0.0/16', via: '10.0.0.2' });
  a.route.append({ to: '10.7.0.0/16', via: '10.0.0.3' });
  a.route.add({ to: 'fd07::/48', via: 'fd00::2' });
  a.route.append({ to: 'fd07::/48', via: 'fd00::3' });

  expect((await ipRoutes(a)).map(({ dst, gateway }) => [dst, gateway])).toEqual([
    ['10.7.0.0/16', '10.0.0.2'],
    ['10.7.0.0/16', '10.0.0.3'],
  ]);
  expect(await ipRoutes(a, 6)).toMatchObject([{ nexthops: [{ gateway: 'fd00::2' }, { gateway: 'fd00::3' }] }]);
  expect(a.route.get('10.7.0.1').via).toBe('10.0.0.2');
  a.route.delete({ to: '10.7.0.0/16', via: '10.0.0.2' });
  expect(a.route.get('10.7.0.1').via).toBe('10.0.0.3');
  expect(() => a.route.append({ to: '10.7.0.0/16', via: '10.0.0.3' })).toThrow(
    /^ip -n a route append 10\.7\.0\.0\/16 via 10\.0\.0\.3: EEXIST .*\n.*the same route is there already/,
  );
});
