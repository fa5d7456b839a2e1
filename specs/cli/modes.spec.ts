import { expect, test } from 'hairpin';
import { hairpin } from './hairpin.ts';

// host: hairpin modes
const PLACES = ['ns1', 'ns2', 'host', 'gateway', 'neighbour'];
const KINDS = ['arp', 'unicast', 'broadcast', 'multicast', 'nd', 'ping4', 'ping6'];

test('modes --json prints every question once, with an answer that the model expects', async ({ lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['modes', '--json']);
  expect(exitCode).toBe(0);
  const rows: Record<string, unknown>[] = JSON.parse(stdout);
  const mixed = ['bridge', 'private', 'vepa'];
  const pairs: [string, string | null][] = mixed.flatMap((ns1) => mixed.map((ns2): [string, string] => [ns1, ns2]));
  const expected = [...pairs, ['source', 'source'], ['passthru', null]].flatMap(([ns1, ns2]) =>
    [false, true].flatMap((hairpinOn) => {
      const places = PLACES.filter((place) => place !== 'ns2' || ns2 !== null);
      return places.flatMap((from) =>
        places
          .filter((to) => to !== from && [from, to].some((place) => place === 'ns1' || place === 'ns2'))
          .flatMap((to) => KINDS.map((kind) => `${ns1} ${ns2} ${hairpinOn} ${from} ${to} ${kind}`)),
      );
    }),
  );
  const asked = rows.map(({ ns1, ns2, hairpin: on, from, to, kind }) => `${ns1} ${ns2} ${on} ${from} ${to} ${kind}`);
  expect(asked.toSorted()).toEqual(expected.toSorted());
  expect(Object.keys(rows[0] ?? {})).toEqual([
    'ns1',
    'ns2',
    'hairpin',
    'from',
    'to',
    'kind',
    'delivered',
    'copies',
    'expected',
  ]);
  expect(rows.filter(({ delivered, expected: model }) => delivered !== model)).toEqual([]);
  expect(rows.filter(({ delivered, copies }) => delivered !== Number(copies) > 0)).toEqual([]);
});

test('modes says what it found, and that kernel and model agree', async ({ lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['modes']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^vepa +vepa +hairpin +all +all/m);
  expect(stdout).toMatch(/Kernel and model agree on all 2044 questions\.$/);
});
