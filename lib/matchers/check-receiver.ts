import { show } from '../kernel/validate.ts';
import { Interface, Namespace, UsageError } from '../lab/index.ts';

/** Checks that `expect()` was given a namespace, which is to ask. @throws UsageError */
export function checkAsker(call: string, received: unknown): asserts received is Namespace {
  if (!(received instanceof Namespace))
    throw new UsageError(`${call}: ${askerRule(received)}: received ${show(received)}`);
  checkNotClosed(call, received);
}

/** @throws UsageError when the lab of a namespace is closed: the assertion comes too late */
export function checkNotClosed(call: string, { name, lab }: Namespace): void {
  if (lab.closed) throw new UsageError(`${call}: the lab of ${name} is closed; was the assertion awaited?`);
}

/** An interface is most likely the one to ask from. */
function askerRule(received: unknown): string {
  const rule = 'expect() takes the namespace that asks';
  return received instanceof Interface
    ? `${rule}, here ${received.namespace}, and the option from takes its interface`
    : rule;
}
