import { inspect } from 'node:util';
import { createLab, expect, test } from 'hairpin';

// a ── p0 sw
test('what a lab has is printed by its name, not by what is behind it', ({ lab }) => {
  const [a, sw] = [lab.namespace('a'), lab.switch('sw')];
  const { a: eth0, b: port } = lab.cable(a, sw);
  expect([lab, a, sw, eth0, port].map((each) => inspect(each))).toEqual([
    ...['lab [a, sw]', 'host a [eth0]', 'switch sw [p0]', 'veth a/eth0', 'veth sw/p0'],
  ]);
  expect(JSON.stringify({ a, eth0 })).toBe('{"a":"a","eth0":"a/eth0"}');
});

test('a difference between two of them is one of names', ({ lab }) => {
  const { a, b } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  expect(() => expect([a]).toEqual([b])).toThrow(/^expected \[ veth a\/eth0 \] to deeply equal \[ veth b\/eth0 \]$/);
});

test('a difference that vitest shows by copies has nothing of the whole network', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  let shown = {};
  try {
    expect({ host: a }).toMatchObject({ host: b });
  } catch (error) {
    shown = Object(error).actual;
  }
  expect(JSON.parse(JSON.stringify(shown))).toEqual({
    host: {
      ...{ name: 'a', role: 'host', route: {}, rule: {}, nexthop: {}, mroute: {}, neighbour: {}, sysctl: {} },
      ...{
        addrlabel: {},
        fou: {},
        mptcp: { endpoint: {}, limits: {} },
        vni: {},
        xfrm: { state: {}, policy: {}, defaults: {} },
      },
    },
  });
});

// a ── b   a ── b
test('hosts of two labs are different, whatever they have in common', async ({ lab }) => {
  await using other = createLab();
  const [a, same] = [lab.namespace('a'), other.namespace('a')];
  expect(a).toEqual(a);
  expect({ host: a }).toMatchObject({ host: a });
  expect(a).not.toEqual(same);
  expect({ host: a }).not.toMatchObject({ host: same });
  expect(lab).not.toEqual(other);
  // A handle may still be compared with what is known of it.
  expect(a).toMatchObject({ name: 'a', role: 'host' });
});
