import { showReceived } from '../base/validate.ts';
import { Interface, Lab, Namespace, UsageError } from '../lab/index.ts';

/** Checks that `expect()` was given a namespace, which is to ask. @throws UsageError */
export function checkAsker(call: string, received: unknown): asserts received is Namespace {
  if (!(received instanceof Namespace))
    throw new UsageError(`${call}: ${askerRule(received)}: ${showReceived(received)}`);
  checkNotClosed(call, received);
}

/** @throws UsageError when the lab of a namespace is closed: the assertion comes too late */
export function checkNotClosed(call: string, { name, lab }: Namespace): void {
  if (!lab.closed) return;
  throw new UsageError(
    `${call}: the lab of ${name} is closed. Was the assertion awaited? Is ${name} of this test? The \`lab\` fixture closes with its test`,
  );
}

/** An interface is most likely the one to ask from, and a lab means all its hosts. */
function askerRule(received: unknown): string {
  const rule = 'expect() takes the namespace that asks';
  if (received instanceof Lab) return `${rule}; toMatchReachability asks all hosts of a lab`;
  return received instanceof Interface
    ? `${rule}, here ${received.namespace}, and the option from takes its interface`
    : rule;
}
