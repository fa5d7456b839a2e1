import { expect, test } from 'hairpin';
import { hasCode } from '../../lib/base/has-code.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ipNexthop } from '../../lib/netlink/routing/nexthop.ts';
import { ipRoute } from '../../lib/netlink/routing/route.ts';
import { read } from '../lab/referee.ts';

// a eth0 ── eth0 b
test('a group is read by its id, and ip takes the words that an error would say of it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const device = lab.cable(a, b).a.index;
  const group = ipNexthop.add({ id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }] });
  const { rtnetlink } = engineOf(a);
  rtnetlink.change(
    ipNexthop.add({ id: 1, family: 4, via: '10.0.0.2', device }),
    ipNexthop.add({ id: 2, family: 4, via: '10.0.0.3', device }),
    group,
  );
  expect(rtnetlink.get(ipNexthop.get({ id: 2 }))).toMatchObject({ via: '10.0.0.3' });
  const words = group.words({ namespace: 'a', device: String, netns: String }).split(' ');
  expect(words.slice(3)).toEqual(['nexthop', 'add', 'id', '10', 'group', '1,3/2,1']);
  rtnetlink.change(ipNexthop.delete({ id: 10 }));
  await a.exec('ip', words.slice(3));
  expect(rtnetlink.get(ipNexthop.get({ id: 10 })).group).toEqual([
    { id: 1, weight: 3 },
    { id: 2, weight: 1 },
  ]);
});

// a eth0 ── eth0 b
test('a weight may have two bytes', async ({ lab, skip }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { rtnetlink } = engineOf(a);
  rtnetlink.change(ipNexthop.add({ id: 1, family: 4, via: '10.0.0.2', device: lab.cable(a, b).a.index }));
  try {
    rtnetlink.change(ipNexthop.add({ id: 10, group: [{ id: 1, weight: 300 }] }));
  } catch (error) {
    if (!hasCode(error, 'EINVAL')) throw error;
    skip('needs Linux 6.12, which has weights of more than a byte');
  }
  expect(rtnetlink.get(ipNexthop.get({ id: 10 })).group).toEqual([{ id: 1, weight: 300 }]);
  const shown = await read<{ id: number; group?: { weight: number }[] }>(a, 'ip', ['-j', 'nexthop']);
  // An ip of before 6.12 shows the low byte alone: 299 without 256, and 1.
  expect([300, 44]).toContain(shown.find(({ id }) => id === 10)?.group?.[0]?.weight);
});

// a eth0 ── eth0 b
test('a route names its nexthop object, and has the next hop of that', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { index } = lab.cable(a, b).a;
  const to = { address: '10.9.0.0', length: 16, family: 4 } as const;
  engineOf(a).rtnetlink.change(
    ipNexthop.add({ id: 1, family: 4, via: '10.0.0.2', device: index }),
    ipRoute.add({ to, nexthopId: 1 }),
  );
  expect(await read(a, 'ip', ['-j', 'route', 'show', '10.9.0.0/16'])).toMatchObject([
    { nhid: 1, gateway: '10.0.0.2', dev: 'eth0' },
  ]);
  const route = a.route.list().find((each) => each.to === '10.9.0.0/16');
  expect(route).toMatchObject({ nhid: 1, via: '10.0.0.2', dev: 'eth0' });
});
