import { describe, expect, test } from 'vitest';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { handleOf } from '../../lib/lab/handle.ts';
import type { LinkState, Namespace } from '../../lib/lab/index.ts';
import {
  assertionTitle,
  describeDevice,
  formatMessage,
  milliseconds,
  nameOf,
  plural,
} from '../../lib/matchers/message.ts';

/** A device that no kernel has: what messages say of one needs none. */
function origin(namespace: string, name: string, kind: string) {
  const nowhere = { name: namespace } as Namespace;
  return { namespace: nowhere, index: 7, name, kind, mac: '02:00:00:00:00:07', segment: undefined };
}

describe('formatMessage', () => {
  test('has the title, a column of labels with their colons, and the hint', () => {
    const message = formatMessage({
      title: 'expect(ns1).toReach(ns2)',
      lines: [
        ['From', 'ns1 10.0.0.101'],
        ['Expected', 'an answer within 1000 ms'],
        ['To', 'ns2'],
      ],
      hint: 'switchPort.set({ hairpin: true })',
    });
    expect(message).toBe(
      [
        'expect(ns1).toReach(ns2)',
        '',
        'From:      ns1 10.0.0.101',
        'Expected:  an answer within 1000 ms',
        'To:        ns2',
        '',
        'Hint: switchPort.set({ hairpin: true })',
      ].join('\n'),
    );
  });

  test('leaves out a line that has nothing to say, and its width with it', () => {
    const message = formatMessage({
      title: 't',
      lines: [
        ['From', 'ns1'],
        ['A long label', undefined],
      ],
    });
    expect(message).toBe('t\n\nFrom:  ns1');
  });

  test('indents the lines of one text under its first', () => {
    const message = formatMessage({
      title: 't',
      lines: [
        ['Received', 'none\nof 4 probes'],
        ['To', 'ns2'],
      ],
    });
    expect(message).toBe('t\n\nReceived:  none\n           of 4 probes\nTo:        ns2');
  });
});

describe('assertionTitle', () => {
  const device = handleOf(origin('ns1', 'm1', 'veth'));
  const titleOf = (...args: unknown[]) => assertionTitle('toReach', device, args, { isNot: false });

  test('is the assertion as the spec has it', () => {
    expect(titleOf('10.0.0.2')).toBe("expect(ns1/m1).toReach('10.0.0.2')");
    expect(assertionTitle('toHear', device, [5, { frame: 'arp' }], { isNot: true })).toBe(
      "expect(ns1/m1).not.toHear(5, { frame: 'arp' })",
    );
  });

  test('has the options as typed, and none for no options', () => {
    expect(titleOf(5, { by: 'tcp', port: 80, from: device })).toBe(
      "expect(ns1/m1).toReach(5, { by: 'tcp', port: 80, from: ns1/m1 })",
    );
    expect(titleOf(5, {})).toBe('expect(ns1/m1).toReach(5)');
    expect(titleOf(5, undefined)).toBe('expect(ns1/m1).toReach(5)');
  });

  test.each([
    ['tcp', ", 'tcp'"],
    [null, ', null'],
    [80, ', 80'],
  ])('shows %j in place of options', (value, words) => {
    expect(titleOf(5, value)).toBe(`expect(ns1/m1).toReach(5${words})`);
  });

  test('leaves the lines of a table out', () => {
    expect(
      assertionTitle('toMatchReachability', 5, ['a b\n…', { family: 6 }], { isNot: false, takesTable: true }),
    ).toBe('expect(5).toMatchReachability(table, { family: 6 })');
  });
});

describe('nameOf', () => {
  test('an interface goes by its namespace and name', () => {
    expect(nameOf(handleOf(origin('ns1', 'm1', 'veth')))).toBe('ns1/m1');
  });

  test('anything else is shown', () => {
    expect(nameOf('10.0.0.1')).toBe("'10.0.0.1'");
    expect(nameOf(undefined)).toBe('undefined');
  });
});

describe('describeDevice', () => {
  const up0 = handleOf(origin('host', 'up0', 'veth'));

  test('a macvlan has its mode and parent', () => {
    const m1 = handleOf({ ...origin('ns1', 'm1', 'macvlan'), parent: up0 });
    m1.state = () => ({ kind: 'macvlan', data: { mode: 'vepa' } }) as LinkState;
    expect(describeDevice(m1)).toBe('m1, macvlan vepa on host/up0');
  });

  test('an end of a cable has its other end, and is a port where it is one', () => {
    const p0 = handleOf(origin('sw', 'p0', 'veth'));
    engineOf(p0).isPort = true;
    p0.peer = up0;
    up0.peer = p0;
    expect(describeDevice(p0)).toBe('p0, veth port to host/up0');
    expect(describeDevice(up0)).toBe('up0, veth to sw/p0');
  });

  test('any other has its kind', () => {
    expect(describeDevice(handleOf(origin('ns1', 'lo', 'loopback')))).toBe('lo, loopback');
  });
});

test.each([
  [0, '0 ms'],
  [0.0123, '0.012 ms'],
  [0.314, '0.31 ms'],
  [5.04, '5 ms'],
  [9.96, '10 ms'],
  [12.4, '12 ms'],
  [12.5, '13 ms'],
  [1000, '1000 ms'],
])('%d milliseconds are written as %s', (time, text) => {
  expect(milliseconds(time)).toBe(text);
});

test.each([
  [1, 'copy', '1 copy'],
  [2, 'copy', '2 copies'],
  [0, 'copy', '0 copies'],
  [1, 'probe', '1 probe'],
  [4, 'probe', '4 probes'],
])('%i %s is written as %s', (count, noun, text) => {
  expect(plural(count, noun)).toBe(text);
});
