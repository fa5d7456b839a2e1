import { expect, test, vi } from 'vitest';
import { ask } from '../../lib/probes/ask.ts';
import type { Asker, Reply } from '../../lib/probes/asker.ts';
import { fakeQuestion } from './fake-asking.ts';
import { pass } from './fake-clock.ts';

vi.mock(import('../../lib/kernel/clock.ts'), async (original) => ({
  ...(await original()),
  now: (await import('./fake-clock.ts')).now,
}));

/** Somebody who is answered by nobody, or by what a spec says. */
function fakeAsker(overrides: Partial<Asker> = {}): Asker {
  return {
    send: () => undefined,
    read: () => undefined,
    wait: pass,
    recognize: () => undefined,
    signs: {},
    [Symbol.dispose]: () => {},
    ...overrides,
  };
}

const REFUSAL = { kind: 'refusal' as const, reason: 'ICMP host unreachable from 10.0.0.254' };

/** What is there to be read, one after another; then nothing. */
function replies(...all: (Reply | undefined)[]): Partial<Asker> {
  return { read: () => all.shift() };
}

test('an answer that comes after a refusal counts', async () => {
  const asker = fakeAsker(replies(REFUSAL, undefined, { kind: 'answer', sequence: 0 }));
  expect(await ask(asker, { milliseconds: 100 })).toMatchObject({ outcome: 'answered' });
});

test('a refusal counts when no answer comes', async () => {
  expect(await ask(fakeAsker(replies(REFUSAL)), { milliseconds: 100 })).toMatchObject({
    outcome: 'refused',
    reason: REFUSAL.reason,
  });
});

test('a refusal does not count where the machine was too busy: a router gives up on slow neighbours', async () => {
  const { quiet } = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  const asker = fakeAsker(replies(REFUSAL));
  expect(await ask(asker, { milliseconds: 100, quiet: () => quiet })).toMatchObject({
    outcome: 'broken',
    reason: 'the machine is too busy',
  });
});

test('what never left is known, however busy the machine', async () => {
  const { quiet } = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  const asker = fakeAsker({ send: () => ({ outcome: 'unsent', reason: 'the interface is down' }) });
  expect(await ask(asker, { milliseconds: 100, quiet: () => quiet })).toMatchObject({ outcome: 'unsent' });
});
