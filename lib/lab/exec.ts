import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa, type Options, type ResultPromise } from 'execa';
import type { Namespace } from './namespace.ts';
import { show, UsageError } from './validate.ts';

/** execa's options. Output is text: `encoding` and `lines` stay as they are. */
export type ExecOptions = Omit<Options, 'encoding' | 'lines'>;
/** A program under way, as execa has it: a promise of its result, with streams; text comes as strings. */
export type Subprocess = ResultPromise<TextOptions>;
type TextOptions = { encoding: 'utf8' };

/** Runs a program inside a namespace; {@link Namespace.exec} is this. */
export function exec(namespace: Namespace, file: string, args: readonly string[], options: ExecOptions): Subprocess {
  const call = `${namespace.name}.exec`;
  if (typeof file !== 'string' || file === '')
    throw new UsageError(`${call}: file must be a program's name: received ${show(file)}`);
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== 'string')) {
    throw new UsageError(
      `${call}: args must be a list of strings, one an argument (there is no shell): received ${show(args)}`,
    );
  }
  const program = findProgram(file, options);
  if (!program)
    throw new UsageError(`${call}: there is no program ${show(file)} on the PATH; install it, or give its path`);
  const [command, ...words] = dieWithParent(program, args);
  const subprocess = namespace.run(() =>
    execa(command, words, { killSignal: 'SIGKILL', ...options, encoding: 'utf8' } as TextOptions),
  );
  namespace.lab.track(namespace, subprocess);
  return subprocess;
}

/**
 * `setpriv --pdeathsig` asks the kernel to kill the program when this process dies (PR_SET_PDEATHSIG), which covers
 * SIGKILL as no exit handler can. Where util-linux is missing, the program is started as it is.
 */
function dieWithParent(program: string, args: readonly string[]): [string, ...string[]] {
  setpriv ??= { path: findProgram('setpriv', {}) };
  return setpriv.path ? [setpriv.path, '--pdeathsig', 'KILL', '--', program, ...args] : [program, ...args];
}

let setpriv: { path: string | undefined } | undefined;

/** As `execvp` looks: a name with a slash is a path, others are looked for along PATH. */
function findProgram(file: string, { env, cwd }: ExecOptions): string | undefined {
  const base = cwd === undefined ? process.cwd() : String(cwd);
  const folders = file.includes('/') ? [''] : (env?.['PATH'] ?? process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => (folder === '' ? (file.startsWith('/') ? file : join(base, file)) : join(folder, file)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
