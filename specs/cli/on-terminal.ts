import type { Readable } from 'node:stream';
import { expect, type Namespace, type Subprocess } from 'hairpin';
import { OUTSIDE_OF_RUN } from '../outside-of-run.ts';
import { MAIN } from './hairpin.ts';

/** The environment of a program on a terminal. */
export const OWN = { ...OUTSIDE_OF_RUN, NO_COLOR: '1' };

/** What a program prints, as it comes. */
export interface Printed {
  /** All until now. */
  text: string;
  /** Waits until a text was printed behind the last that was waited for. */
  until(text: string): Promise<void>;
}

export function printedBy(subprocess: Subprocess): Printed {
  let seen = 0;
  let look = () => {};
  const printed: Printed = {
    text: '',
    until: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          const at = printed.text.indexOf(text, seen);
          if (at < 0) return;
          seen = at + text.length;
          // What comes next is for the next that is waited for.
          look = () => {};
          resolve();
        };
        look();
        void subprocess.then(() => reject(new Error(`it ended without '${text}':\n${printed.text}`)));
      }),
  };
  // Its type is that of a program without `all`.
  (subprocess.all as unknown as Readable | undefined)?.on('data', (chunk) => {
    printed.text += String(chunk);
    look();
  });
  return printed;
}

export interface OnTerminal extends Pick<Printed, 'until'> {
  /** Types a line, at the prompt that comes next. */
  type(line: string): Promise<void>;
  /** Types a line without waiting for the prompt: to a program. */
  enter(line: string): void;
  /** The exit code, and all that was on the screen. */
  ended: Promise<{ exitCode: number | undefined; screen: string }>;
}

/** Runs the CLI, or another program of Node's, at a terminal of its own, which util-linux's `script` makes. */
export function onTerminal(
  host: Namespace,
  cwd: string,
  args: readonly string[],
  { program = MAIN, env = {} }: { program?: string; env?: Record<string, string> } = {},
): OnTerminal {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const subprocess = host.exec('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    ...{
      cwd,
      stdin: 'pipe',
      all: true,
      reject: false,
      env: { ...OWN, SHELL: '/bin/sh', PS1: 'shell> ', ...env },
    },
  });
  const printed = printedBy(subprocess);
  const enter = (line: string) => void subprocess.stdin?.write(`${line}\n`);
  return {
    until: printed.until,
    enter,
    type: async (line) => {
      await printed.until('hairpin> ');
      enter(line);
    },
    ended: subprocess.then(({ exitCode }) => ({ exitCode, screen: printed.text.replaceAll('\r', '') })),
  };
}

/** Does what is printed without a terminal: looks into the namespace `b` by its command, and has the run go on. */
export async function enterFromElsewhere(host: Namespace, printed: Printed): Promise<void> {
  await printed.until('To go on: kill -CONT ');
  await printed.until('\n');
  const [, words = ''] = /^ {2}b {2}(nsenter .*)$/m.exec(printed.text) ?? [];
  const [program = '', ...args] = words.split(' ');
  const { stdout } = await host.exec(program, [...args, 'ip', '-oneline', 'address', 'show', 'dev', 'eth0']);
  expect(stdout).toContain('inet 10.0.0.2/24');
  process.kill(Number(/kill -CONT (\d+)/.exec(printed.text)?.[1]), 'SIGCONT');
}
