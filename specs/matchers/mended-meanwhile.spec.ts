import { expect, type Lab, test } from 'hairpin';
import { vi } from 'vitest';
import { failureOf } from './failure-of.ts';

/** What happens to the network before hairpin asks once more, to say why there was no answer. */
let meanwhile = () => {};

vi.mock(import('../../lib/diagnosis/ask-again.ts'), async (original) => {
  const { askAgain } = await original();
  return {
    askAgain: (...asked) => {
      meanwhile();
      return askAgain(...asked);
    },
  };
});

// a ── p0 (sw) p1 ── b, both ports isolated until one more probe is sent
async function build(lab: Lab) {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  const isolate = (isolated: boolean) => ports.forEach((port) => void port.set({ isolated }));
  isolate(true);
  meanwhile = () => isolate(false);
  // An ordinary user's kernel has something to tell of packet filters alone.
  await b.exec('nft', ['add', 'table', 'inet', 'f']);
  return { a, b };
}

test('a cause that is gone by the next probe is none that a negative may rest on', async ({ lab }) => {
  const { a, b } = await build(lab);
  const failure = await failureOf(expect(a).not.toReach(b, { droppedBy: 'bridge.isolated' }));
  expect(failure).toMatch(/^Received: +none/m);
  expect(failure).toMatch(/^Asked again: +one more probe was answered$/m);
});

test('a question that should be answered says so', async ({ lab }) => {
  const { a, b } = await build(lab);
  const failure = await failureOf(expect(a).toReach(b, { within: 30 }));
  expect(failure).toMatch(/^Asked again: +one more probe was answered$/m);
});
