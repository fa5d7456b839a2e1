import { expect, test } from 'hairpin';

// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ── gateway
// ns2 ─ m2 (vepa) ┘
//
// No specs: each of these tests is wrong on purpose, for awaited.spec.ts. Hence the missing awaits.
test('forgets await', ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'vepa' });
  void expect(ns1).toReach(gateway);
});

test('forgets await with .not', ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  void expect(ns1).not.toReach(ns2);
});

test('forgets await with .soft', ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'vepa' });
  void expect.soft(ns1).toReach(gateway);
});

test('forgets await of a failure', ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  void expect(ns1).toReach(ns2, { within: 10 });
});

test('forgets await of toHear', ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'vepa' });
  void expect(ns1).toHear(gateway);
});

test('forgets await of a state', ({ macvlanPair }) => {
  const { ns1 } = macvlanPair({ mode: 'vepa' });
  void expect(ns1).toHaveLink({ name: 'm1' });
});

test('awaits all together', async ({ macvlanPair }) => {
  const { ns1, gateway, neighbour } = macvlanPair({ mode: 'vepa' });
  await Promise.all([expect(ns1).toReach(gateway), expect(ns1).toReach(neighbour)]);
});

test('awaits later', async ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'vepa' });
  const answer = expect(ns1).toReach(gateway);
  await Promise.resolve();
  await answer;
});

test('fails softly twice', async ({ macvlanPair }) => {
  const { ns1, ns2, host } = macvlanPair({ mode: 'vepa' });
  await expect.soft(ns1).toReach(ns2, { within: 10 });
  await expect.soft(ns1).toReach(host, { within: 10 });
});

let tries = 0;
test('passes at the second try', { retry: 1 }, async ({ macvlanPair }) => {
  // A new network each time: the first try's is gone, or its names would be taken.
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'vepa' });
  switchPort.set({ hairpin: ++tries === 2 });
  await expect(ns1).toReach(ns2, { within: 10 });
});

test('fails', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  await expect(ns1).toReach(ns2, { within: 10 });
});
