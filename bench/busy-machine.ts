import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { dieWithParentCommand } from '../lib/kernel/namespaces/own-namespaces.ts';
import { findProgram } from '../lib/kernel/programs/find-program.ts';

const LOOPS = 4;

/** Keeps every processor busy with other programs, until it is disposed of or this process dies. */
export function busyMachine(): AsyncDisposable & { description: string } {
  const processors = availableParallelism();
  const stressors = ['--cpu', processors, '--switch', processors, '--timer', 1].map(String);
  const stress = findProgram('stress-ng');
  const loops = Array.from({ length: LOOPS }, () => start(process.execPath, ['-e', 'for (;;);']));
  const programs = stress ? [...loops, start(stress, stressors)] : loops;
  const besides = stress ? ` and stress-ng ${stressors.join(' ')}` : ' (stress-ng is not installed)';
  return {
    description: `${LOOPS} busy loops${besides}`,
    async [Symbol.asyncDispose]() {
      for (const program of programs) program.kill('SIGTERM');
      await Promise.all(programs);
    },
  };
}

function start(program: string, args: readonly string[]) {
  const [command = program, ...words] = [...dieWithParentCommand(), program, ...args];
  return execa(command, words, { reject: false, stdio: 'ignore' });
}
