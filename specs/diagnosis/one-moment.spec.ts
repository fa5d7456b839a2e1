import { expect, test } from 'hairpin';
import { atOneMoment, modelled } from '../../lib/diagnosis/causes/by-model.ts';

// a ── b
test('one diagnosis sees the network of one moment, and the next one sees a later moment', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const network = () => modelled(a.interface('eth0'))?.network;
  const first = atOneMoment(() => {
    const before = network();
    b.interface('eth0').set({ up: false });
    expect(network()).toBe(before);
    expect(atOneMoment(network)).toBe(before);
    return before;
  });
  expect(first).toBeDefined();
  expect(atOneMoment(network)).not.toBe(first);
  expect(network()).not.toBe(network());
});

// a ── b
test('a function that throws leaves no state behind', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const network = () => modelled(a.interface('eth0'))?.network;
  let inside: unknown;
  const failing = () => {
    inside = network();
    throw new Error('it fails');
  };
  expect(() => atOneMoment(failing)).toThrow('it fails');
  expect(inside).toBeDefined();
  expect(network()).not.toBe(inside);
});
