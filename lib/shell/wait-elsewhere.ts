import { alignColumns } from '../base/align-columns.ts';
import { LONGEST_TIMER } from '../base/validate.ts';
import { harmless } from '../base/visible-text.ts';
import { after } from '../kernel/clock.ts';
import { isRootOfMachine } from '../kernel/namespaces/user-namespace.ts';
import type { Lab } from '../lab/index.ts';

/** Without a terminal: says how another one enters the namespaces, and waits for the signal to go on. */
export async function waitElsewhere(lab: Lab, introduction: string): Promise<void> {
  const { pid } = process;
  const user = isRootOfMachine() ? '' : `--user=/proc/${pid}/ns/user --preserve-credentials `;
  const rows = lab.namespaces.map(({ name, path }) => [name, `nsenter ${user}--net=${path}`]);
  const lines = alignColumns(rows).map((row) => `  ${row}`);
  // Before anybody can read which signal it is.
  const continued = new Promise<void>((resolve) => process.once('SIGCONT', () => resolve()));
  process.stderr.write(
    harmless(
      `${introduction}\nThere is no terminal here. From another one:\n\n${lines.join('\n')}\n\nTo go on: kill -CONT ${pid}\n`,
    ),
  );
  // A timer keeps the process from ending.
  const stopWaiting = after(LONGEST_TIMER, () => {});
  await continued;
  stopWaiting();
}
