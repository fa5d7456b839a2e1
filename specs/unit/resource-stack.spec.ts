import { expect, test } from 'vitest';
import { ResourceStack } from '../../lib/base/resource-stack.ts';

// No network: what is registered is disposed of, whatever fails.

/** A stack with resources that say their names when they are disposed of; those of `failing` throw them, too. */
function stackOf(names: readonly string[], failing: readonly string[] = []) {
  const disposed: string[] = [];
  const stack = new ResourceStack();
  for (const name of names)
    stack.defer(() => {
      disposed.push(name);
      if (failing.includes(name)) throw new Error(name);
    });
  return { stack, disposed };
}

test('the last is disposed of first, and each once', () => {
  const { stack, disposed } = stackOf(['first', 'second']);
  stack[Symbol.dispose]();
  stack[Symbol.dispose]();
  expect(disposed).toEqual(['second', 'first']);
});

test('what one disposal throws keeps no other from its turn', () => {
  const { stack, disposed } = stackOf(['first', 'second'], ['second']);
  expect(() => stack[Symbol.dispose]()).toThrow(/^second$/);
  expect(disposed).toEqual(['second', 'first']);
});

test('several errors are thrown as one that has them all', () => {
  const { stack } = stackOf(['first', 'second'], ['first', 'second']);
  expect(() => stack[Symbol.dispose]()).toThrow(
    expect.objectContaining({
      name: 'AggregateError',
      message: 'Error: second; Error: first',
      errors: [new Error('second'), new Error('first')],
    }),
  );
});

test('what was moved is disposed of by its new owner alone', () => {
  const { stack, disposed } = stackOf(['moved']);
  const moved = stack.move();
  stack[Symbol.dispose]();
  expect(disposed).toEqual([]);
  moved[Symbol.dispose]();
  expect(disposed).toEqual(['moved']);
});
