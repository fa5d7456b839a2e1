import { describe, expect, test } from 'vitest';
import {
  checkBoolean,
  checkInteger,
  checkMilliseconds,
  checkMtu,
  checkOneOf,
  checkOptions,
  UsageError,
} from '../../lib/base/validate.ts';

const refusal = (message: string) => new UsageError(message);

test('a UsageError is a TypeError of its own name', () => {
  expect(refusal('no')).toBeInstanceOf(TypeError);
  expect(refusal('no').name).toBe('UsageError');
});

describe('checkOptions', () => {
  test('takes any of the options, and none', () => {
    expect(() => checkOptions('lab.switch', {}, ['stp'])).not.toThrow();
    expect(() => checkOptions('lab.switch', { stp: true, subnets: [] }, ['stp', 'subnets'])).not.toThrow();
  });

  test('names an option that does not exist, and those that do', () => {
    expect(() => checkOptions("lab.switch('sw')", { stp: true, snooping: true }, ['stp', 'subnets'])).toThrow(
      refusal("lab.switch('sw'): there is no option 'snooping'; the options are stp, subnets"),
    );
  });

  test('of many options the one that was meant is named, if one is near', () => {
    const many = ['stp', 'vlanFiltering', ...Array.from({ length: 9 }, (_, index) => `other${index}`)];
    const after = `; the options are ${many.join(', ')}`;
    expect(() => checkOptions('lab.switch', { vlan_filtering: true }, many)).toThrow(
      refusal(`lab.switch: there is no option 'vlan_filtering' (the nearest is vlanFiltering)${after}`),
    );
    for (const far of ['snooping', 'id'])
      expect(() => checkOptions('lab.switch', { [far]: true }, many)).toThrow(
        refusal(`lab.switch: there is no option '${far}'${after}`),
      );
  });

  test('an option that is undefined must exist too', () => {
    expect(() => checkOptions('ns1.macvlan', { parrent: undefined }, ['parent'])).toThrow(
      refusal("ns1.macvlan: there is no option 'parrent'; the options are parent"),
    );
  });

  test.each([
    ['vepa', "'vepa'"],
    [null, 'null'],
    [undefined, 'undefined'],
    [['vepa'], "['vepa']"],
    [7, '7'],
  ])('%j is no object of options', (value, shown) => {
    expect(() => checkOptions('ns1.macvlan', value, ['parent', 'mode'])).toThrow(
      refusal(`ns1.macvlan: options must be an object such as { parent: … }: received ${shown}`),
    );
  });
});

describe('checkOneOf', () => {
  test('gives the value back', () => {
    expect(checkOneOf('c', 'mode', 'vepa', ['vepa', 'bridge'])).toBe('vepa');
    expect(checkOneOf('c', 'family', 6, [4, 6])).toBe(6);
  });

  test('lists the values', () => {
    expect(() => checkOneOf('ns1.macvlan', 'mode', 'brdige', ['vepa', 'bridge'])).toThrow(
      refusal("ns1.macvlan: mode must be one of vepa, bridge: received 'brdige'"),
    );
  });

  test('compares without coercion', () => {
    expect(() => checkOneOf('c', 'family', '6', [4, 6])).toThrow(
      refusal("c: family must be one of 4, 6: received '6'"),
    );
    expect(() => checkOneOf('c', 'mode', undefined, ['vepa'])).toThrow(
      refusal('c: mode must be one of vepa: received undefined'),
    );
  });
});

describe('checkBoolean', () => {
  test.each([true, false, undefined])('takes %s', (value) => {
    expect(() => checkBoolean('c', 'up', value)).not.toThrow();
  });

  test.each([
    [1, '1'],
    ['on', "'on'"],
    [null, 'null'],
  ])('refuses %j', (value, shown) => {
    expect(() => checkBoolean('m1.set', 'up', value)).toThrow(
      refusal(`m1.set: up must be true or false: received ${shown}`),
    );
  });
});

describe('checkInteger', () => {
  test.each([0, 7, 10, undefined])('takes %s from 0 to 10', (value) => {
    expect(() => checkInteger('c', 'copies', value, 0, 10)).not.toThrow();
  });

  test.each<[unknown, string]>([
    [-1, '-1'],
    [11, '11'],
    [1.5, '1.5'],
    ['3', "'3'"],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, 'null'],
    [3n, '3n'],
  ])('refuses %s from 0 to 10', (value, shown) => {
    expect(() => checkInteger('c', 'copies', value, 0, 10)).toThrow(
      refusal(`c: copies must be a whole number from 0 to 10: received ${shown}`),
    );
  });
});

describe('checkMilliseconds', () => {
  test.each([0, 0.5, 1000, undefined])('takes %s', (value) => {
    expect(() => checkMilliseconds('c', 'within', value)).not.toThrow();
  });

  test.each<[unknown, string]>([
    [-1, '-1'],
    ['1s', "'1s'"],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
  ])('refuses %s', (value, shown) => {
    expect(() => checkMilliseconds('toReach', 'within', value)).toThrow(
      refusal(`toReach: within must be milliseconds, 0 to 2147483647: received ${shown}`),
    );
  });
});

test("checkMtu goes from the shortest for IPv4 to Ethernet's longest", () => {
  for (const mtu of [68, 1500, 65535, undefined]) expect(() => checkMtu('c', mtu)).not.toThrow();
  for (const mtu of [67, 65536]) {
    expect(() => checkMtu('m1.set', mtu)).toThrow(
      refusal(`m1.set: mtu must be a whole number from 68 to 65535: received ${mtu}`),
    );
  }
});
