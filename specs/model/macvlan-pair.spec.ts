import { describe, expect, test } from 'vitest';
import { KINDS } from '../../lib/model/exchange.ts';
import { allPairModes, expectedOfPair, type PairModes, PLACES, pairQuestions } from '../../lib/model/macvlan-pair.ts';

const vepa: PairModes = { ns1: 'vepa', ns2: 'vepa', hairpin: false };
const passthru: PairModes = { ns1: 'passthru', ns2: null, hairpin: false };

test('the pairs are nine mixed, source and passthru, each with and without hairpin', () => {
  const pairs = allPairModes();
  expect(pairs).toHaveLength(22);
  expect(new Set(pairs.map((pair) => JSON.stringify(pair))).size).toBe(22);
  expect(pairs.filter(({ hairpin }) => hairpin)).toHaveLength(11);
  expect(pairs.filter(({ ns2 }) => ns2 === null).map(({ ns1 }) => ns1)).toEqual(['passthru', 'passthru']);
});

describe('the questions', () => {
  test('are every ordered pair of places with a macvlan in it, of every kind', () => {
    const questions = pairQuestions(vepa);
    // Two children with four others each way, less their own pair, which was counted twice.
    expect(questions).toHaveLength((2 * 4 * 2 - 2) * KINDS.length);
    for (const { from, to } of questions) {
      expect(from).not.toBe(to);
      expect([from, to].some((place) => place === 'ns1' || place === 'ns2')).toBe(true);
    }
    expect(new Set(questions.map(({ from }) => from))).toEqual(new Set(PLACES));
  });

  test('know no ns2 where there is none', () => {
    const questions = pairQuestions(passthru);
    expect(questions).toHaveLength(3 * 2 * KINDS.length);
    expect(questions.some(({ from, to }) => from === 'ns2' || to === 'ns2')).toBe(false);
  });
});

describe('the expectation', () => {
  const asked = (modes: PairModes, parentUp?: boolean) =>
    pairQuestions(modes).map((question) => expectedOfPair(modes, question, parentUp));

  test('of a pair whose parent is down is nothing at all', () => {
    for (const modes of allPairModes()) expect(new Set(asked(modes, false))).toEqual(new Set([0]));
  });

  test('of a pair whose parent is up is something, and never more than one copy', () => {
    for (const modes of allPairModes()) expect(Math.max(...asked(modes))).toBe(1);
  });

  test('of a bridge behind a reflecting switch is that everybody hears everybody', () => {
    expect(new Set(asked({ ns1: 'bridge', ns2: 'bridge', hairpin: true }))).toEqual(new Set([1]));
  });

  test("is the article's: children of vepa meet behind a reflecting switch only, and always meet the gateway", () => {
    const ping = (to: 'ns2' | 'gateway' | 'host', hairpin: boolean) =>
      expectedOfPair({ ...vepa, hairpin }, { from: 'ns1', to, kind: 'ping4' });
    expect([ping('ns2', false), ping('host', false), ping('gateway', false)]).toEqual([0, 0, 1]);
    expect([ping('ns2', true), ping('host', true), ping('gateway', true)]).toEqual([1, 1, 1]);
  });

  test('of passthru lets the child talk in the name of its parent, and the parent not at all', () => {
    const copies = (from: 'ns1' | 'gateway', to: 'ns1' | 'gateway') =>
      expectedOfPair(passthru, { from, to, kind: 'ping4' });
    expect([copies('ns1', 'gateway'), copies('gateway', 'ns1')]).toEqual([1, 1]);
    expect(expectedOfPair(passthru, { from: 'ns1', to: 'host', kind: 'unicast' })).toBe(0);
  });

  test('of source children hears everybody but itself: listed are all the others', () => {
    const source: PairModes = { ns1: 'source', ns2: 'source', hairpin: true };
    for (const kind of KINDS) {
      expect(expectedOfPair(source, { from: 'gateway', to: 'ns1', kind })).toBe(1);
    }
  });
});
