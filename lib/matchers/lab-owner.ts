import type { Lab } from '../lab/index.ts';
import type { Task } from './attempt.ts';

/** The test of each lab. vitest's current test is wrong for `test.concurrent` with the global `expect`. */
const owners = new WeakMap<Lab, Task>();

/** Records the test of a lab; for the fixture that makes it. */
export function ownLab(lab: Lab, task: Task): void {
  owners.set(lab, task);
}

/** The test that a lab was made for, if the fixture made it. */
export function ownerOf(lab: Lab | undefined): Task | undefined {
  return lab && owners.get(lab);
}
