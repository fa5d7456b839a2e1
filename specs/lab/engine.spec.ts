import { expect, Namespace, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';

// a, and a handle that nobody asked the lab for
test('a namespace made by its constructor is in no lab', ({ lab }) => {
  const a = lab.namespace('a');
  expect(engineOf(a).netns.closed).toBe(false);
  const stray = new Namespace(lab, 'stray', 'host');
  expect(lab.namespaces).toEqual([a]);
  expect(() => stray.interfaces).toThrow(
    'a Namespace made by its constructor belongs to no lab: make it by a method of a lab or of a namespace',
  );
});

// a
test('handles show nothing of their engines: a spec sees what is public', ({ lab }) => {
  const a = lab.namespace('a');
  expect(Object.keys(lab)).toEqual(['taps', 'defaults']);
  expect(Object.keys(a)).toEqual([
    ...['name', 'role', 'route', 'rule', 'nexthop', 'mroute', 'neighbour', 'sysctl'],
    ...['addrlabel', 'fou', 'mptcp', 'vni', 'xfrm'],
  ]);
});
