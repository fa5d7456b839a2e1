import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 (vepa) ┘                         └─ p2 ── neighbour
test.for(['README.md', 'docs/failures.md'])('the failure in %s is a real one', async (file, { macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  const failure = await failureOf(expect(ns1).toReach(ns2));
  const text = await readFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  const shown = /```\n(expect\(ns1\).toReach\(ns2\)\n.*?)\nCapture: .*?\n```/s.exec(text)?.[1];
  // How many probes fit into a second is the machine's.
  const exact = (message: string | undefined) => message?.replace(/\d+ probes/, 'N probes');
  expect(exact(shown)).toBe(exact(failure));
});
