import { expect, test } from 'hairpin';
import { ipAddresses, ipLink, ipRoutes } from './referee.ts';

// a eth0 ── p0 sw p1 ── eth0 router
test('a pulled plug takes the carrier of both ends; the host keeps its addresses and routes', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, router] = [lab.namespace('a'), lab.router('router')];
  const cable = lab.cable(a, sw);
  lab.cable(router, sw);
  const before = await Promise.all([ipAddresses(a, 'eth0'), ipAddresses(a, 'eth0')]);
  expect((await ipRoutes(a, 6))[0]).toMatchObject({ dst: 'default' });

  cable.set({ up: false });
  expect(cable.a.state()).toMatchObject({ up: true, carrier: false });
  const pulled = await ipLink(a, 'eth0');
  expect(pulled).toMatchObject({
    // LOWERLAYERDOWN where the kernel takes any other end for a lower layer (`default_operstate`, as of 6.1).
    operstate: expect.stringMatching(/DOWN$/),
    flags: expect.arrayContaining(['NO-CARRIER']),
  });
  expect((await ipLink(sw, 'p0')).flags).not.toContain('LOWER_UP');
  await expect(a).not.toReach(router, { because: 'unsent' });

  cable.set({ up: true });
  expect(await ipLink(a, 'eth0')).toMatchObject({ operstate: 'UP', flags: expect.arrayContaining(['LOWER_UP']) });
  expect(await Promise.all([ipAddresses(a, 'eth0'), ipAddresses(a, 'eth0')])).toEqual(before);
  await expect(a).toReach(router);
  await expect(a).toReach(router, { family: 6 });
  expect(await ipRoutes(a)).toMatchObject([{ dst: 'default', gateway: '10.0.0.2' }]);
});

// a eth0 ── eth0 b
test('between two hosts a pulled plug takes both ends down, and a put back one brings them up', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  cable.set({ up: false });
  for (const end of [cable.a, cable.b]) expect(end.state()).toMatchObject({ up: false, carrier: false });
  cable.set({ up: true });
  for (const end of [cable.a, cable.b]) expect(end.state()).toMatchObject({ up: true, carrier: true, operState: 'UP' });
  await expect(a).toReach(b);
});
