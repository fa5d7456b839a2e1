import { describe, expect, test } from 'vitest';
import { framesOf } from '../../lib/lab/programs/waits.ts';
import { type MatcherState, mustBeAwaited } from '../../lib/matchers/must-be-awaited.ts';

const title = 'expect(ns1).toReach(ns2)';
const notAwaited = new Error(
  `${title} was not awaited, so the test did not wait for its answer; write: await ${title}`,
);
const same = <T>(value: T) => value;

/** A matcher as vitest calls one: it hangs a `then` of its own on what comes back, and with expect.soft a second. */
function ask<T>(answer: Promise<T>, state: MatcherState = {}) {
  const task: { promises?: PromiseLike<unknown>[] } = {};
  function assertion() {
    return mustBeAwaited({ task, ...state }, title, answer, framesOf(assertion));
  }
  const first = assertion().then(same);
  const asserted = (state.soft ? first.then(same) : first) as Promise<T>;
  return {
    asserted,
    /** What vitest does when the test function has ended. */
    end: async () => await Promise.all(task.promises ?? []),
  };
}

describe('an assertion that is awaited', () => {
  test('gives its answer to the spec, and the test ends well', async () => {
    const { asserted, end } = ask(Promise.resolve('answer'));
    expect(await asserted).toBe('answer');
    await expect(end()).resolves.toEqual([undefined]);
  });

  test('gives its failure to the spec, and only there', async () => {
    const { asserted, end } = ask(Promise.reject(new TypeError('no answer')));
    await expect(async () => await asserted).rejects.toThrow(new TypeError('no answer'));
    await expect(end()).resolves.toEqual([undefined]);
  });

  test.each<[string, (asserted: Promise<string>) => Promise<unknown>]>([
    ['then', (asserted) => asserted.then(same)],
    ['catch', (asserted) => asserted.catch(same)],
    ['finally', (asserted) => asserted.finally(() => {})],
    ['Promise.all', (asserted) => Promise.all([asserted])],
  ])('may be awaited through %s', async (_, wait) => {
    const { asserted, end } = ask(Promise.resolve('answer'));
    await wait(asserted);
    await expect(end()).resolves.toEqual([undefined]);
  });

  test('may be awaited late, as long as it is in the test', async () => {
    const { asserted, end } = ask(Promise.resolve('answer'));
    await new Promise(setImmediate);
    await asserted;
    await expect(end()).resolves.toEqual([undefined]);
  });
});

describe('an assertion that nobody awaits', () => {
  test('fails the test at its end, though the answer was right', async () => {
    await expect(ask(Promise.resolve('answer')).end()).rejects.toThrow(notAwaited);
  });

  test('fails the test for that, where the answer was wrong too', async () => {
    await expect(ask(Promise.reject(new Error('no answer'))).end()).rejects.toThrow(notAwaited);
  });

  test('fails with the stack of the line that forgot, not of the matcher', async () => {
    const error: unknown = await ask(Promise.resolve()).end().catch(same);
    const [, first] = (error as Error).stack?.split('\n') ?? [];
    expect(first).toContain('at ask ');
  });

  test('keeps the test until its answer is there', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { end } = ask(promise);
    const ended = end().then(
      () => 'well',
      () => 'badly',
    );
    expect(await Promise.race([ended, new Promise((done) => setImmediate(done, 'not yet'))])).toBe('not yet');
    resolve();
    expect(await ended).toBe('badly');
  });
});

describe('expect.soft', () => {
  test("is not taken for awaited by vitest's second then", async () => {
    await expect(ask(Promise.resolve('answer'), { soft: true }).end()).rejects.toThrow(notAwaited);
  });

  test('is awaited like any other', async () => {
    const { asserted, end } = ask(Promise.resolve('answer'), { soft: true });
    expect(await asserted).toBe('answer');
    await expect(end()).resolves.toEqual([undefined]);
  });
});

describe('the stack of a failure', () => {
  test('is that of the line that asked', async () => {
    const failure = new Error('no answer');
    failure.stack = 'Error: no answer\n    at processTicksAndRejections';
    await ask(Promise.reject(failure)).asserted.catch(same);
    expect(failure.stack).toMatch(/^Error: no answer\n {4}at ask /);
    expect(failure.stack).not.toContain('processTicksAndRejections');
  });

  test('is left alone in what is no error', async () => {
    await expect(async () => await ask(Promise.reject('a string')).asserted).rejects.toBe('a string');
  });
});

test("the test's other promises stay", async () => {
  const other = Promise.resolve('other');
  const task = { promises: [other] as PromiseLike<unknown>[] };
  ask(Promise.resolve(), { task });
  expect(task.promises).toHaveLength(2);
  expect(task.promises[0]).toBe(other);
  await expect(Promise.resolve(task.promises[1])).rejects.toThrow(notAwaited);
});

test('without a running test the answer is passed on', async () => {
  expect(await ask(Promise.resolve('answer'), { task: undefined }).asserted).toBe('answer');
});
