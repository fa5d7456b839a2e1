import { expect, test } from 'hairpin';

// a ── b
test('a route whose time is over is no route, though the kernel lists it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('ip', '-6 route add fd77::/64 via fe80::1 dev eth0 expires 1'.split(' '));
  await expect(a).toHaveRoute({ to: 'fd77::/64', expires: true });

  await expect(a).not.toHaveRoute({ to: 'fd77::/64' }, { within: 3000 });
  // The referees: the route is listed, and not used.
  const { stdout: listed } = await a.exec('ip', '-6 route show fd77::/64'.split(' '));
  expect(listed).toMatch(/expires -?\d+sec/);
  const { stdout: used } = await a.exec('ip', '-6 route get fd77::5'.split(' '), { reject: false });
  expect(used).not.toContain('fe80::1');
  expect(a.route.list({ family: 6 }).map(({ to }) => to)).not.toContain('fd77::/64');
});
