import { type ExecaError, execa, execaSync, type Options, type ResultPromise } from 'execa';
import { show, UsageError, wrongOption } from '../../base/validate.ts';
import { noteProgram } from '../../kernel/features.ts';
import { dieWithParentCommand } from '../../kernel/namespaces/own-namespaces.ts';
import { findProgram } from '../../kernel/programs/find-program.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';
import type { TapQueue } from '../tap-queue.ts';
import { describeFailure } from './exec-failure.ts';
import { checkExecOptions } from './exec-options.ts';
import { isWithoutInput, refuseInput, withStreams } from './exec-streams.ts';
import { Program } from './program.ts';

/**
 * What a program inside a namespace prints, read in one go; empty when the program is not installed, or fails.
 *
 * @param env what it has in its environment beside this process's own
 */
export function outputOf(namespace: Namespace, file: string, args: readonly string[], env = {}): string {
  return outputIn(engineOf(namespace).netns, file, args, env);
}

/** All that a program prints within a time, in milliseconds, also when it fails. Then it is killed. */
export function printedBy(
  namespace: Namespace,
  file: string,
  args: readonly string[],
  timeout: number,
): { printed: string; isLate: boolean } {
  const options = { reject: false, all: true, timeout, killSignal: 'SIGKILL' } as const;
  const { all, timedOut } = engineOf(namespace).netns.run(() => execaSync(file, [...args], options));
  return { printed: all, isLate: timedOut };
}

/** A network that may be no lab's, as far as a program is run in it. */
interface Runner {
  run<T>(action: () => T): T;
}

/** The same in such a network. */
export function outputIn(netns: Runner, file: string, args: readonly string[], env = {}): string {
  const program = findProgram(file);
  if (!program) return '';
  const { failed, stdout } = netns.run(() => execaSync(program, [...args], { reject: false, env }));
  return failed ? '' : stdout;
}

/**
 * The same for what an assertion rests on: a program that is not there, or that fails, is no empty answer.
 *
 * @throws UsageError when it is not installed; Error with what it says when it fails
 */
export function readOf(call: string, namespace: Namespace, file: string, args: readonly string[]): string {
  const program = findProgram(file);
  if (!program) throw new UsageError(`${call}: needs the program ${file}, which is not on the PATH`);
  const { failed, stdout, stderr } = engineOf(namespace).netns.run(() =>
    execaSync(program, [...args], { reject: false }),
  );
  if (failed) throw new Error(`${call}: ${file} ${args.join(' ')} failed: ${stderr.trim()}`);
  return stdout;
}

/** execa's options. Output is text: `encoding` and `lines` stay as they are. */
export type ExecOptions = Omit<Options, 'encoding' | 'lines'> & {
  /** Open character devices that the program gets as its descriptors 3, 4 … @default none */
  taps?: readonly TapQueue[];
};
/** A running program, as execa has it: a promise of its result, with streams; text comes as strings. */
export type Subprocess = ResultPromise<TextOptions>;
/** What a program that failed rejects with. */
export type ExecFailure = ExecaError;
type TextOptions = { encoding: 'utf8' };

/** Runs a program inside a namespace; {@link Namespace.exec} is this. */
export function exec(namespace: Namespace, file: string, args: readonly string[], options: ExecOptions): Subprocess {
  const call = `${namespace.name}.exec`;
  return startProgram(call, namespace, { file, args, options, from: namespace.exec }).subprocess;
}

/** What to start, and how. */
interface Command {
  file: string;
  args: readonly string[];
  options: ExecOptions;
  /** The method that the spec called: its caller is the spec. */
  from: (...args: never[]) => unknown;
  isDaemon?: boolean;
}

/** A file with spaces is most likely a whole command line, as a shell would take it. */
function wayToProgram(call: string, file: string): string {
  const [program = '', ...args] = file.trim().split(/\s+/);
  if (args.length === 0) return 'install it, or give its path';
  // What only a shell knows: pipes, redirections, quotes, variables, patterns.
  const right = /[|&;<>()$`\\"'*?~#]/.test(file)
    ? `${call}('sh', ['-c', ${show(file)}])`
    : `${call}(${show(program)}, [${args.map(show).join(', ')}])`;
  return `there is no shell, so write ${right}`;
}

/**
 * Starts a program inside a namespace, and registers it with the lab.
 *
 * @param call what the spec has called
 */
export function startProgram(call: string, namespace: Namespace, command: Command): Program {
  const { file, args, options, from, isDaemon = false } = command;
  // Between lab.close() and its end the namespace is still open, but nobody would kill the program any more.
  checkLabOpen(call, namespace.lab);
  if (typeof file !== 'string' || file === '') {
    const [first, ...rest] = Array.isArray(file) ? (file as unknown[]) : [];
    const rule =
      first === undefined ? '' : `, and its arguments a list behind it, as in ${call}(${show(first)}, ${show(rest)})`;
    throw wrongOption(call, 'file', `a program's name${rule}`, file);
  }
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== 'string')) {
    throw wrongOption(call, 'args', 'a list of strings, one an argument (there is no shell)', args);
  }
  checkExecOptions(call, options);
  const program = findProgram(file, options.env?.['PATH'], options.cwd === undefined ? undefined : String(options.cwd));
  if (!program)
    throw new UsageError(`${call}: there is no program ${show(file)} on the PATH; ${wayToProgram(call, file)}`);
  noteProgram(program, args);
  const streams = withStreams(call, options);
  const prefix = [...engineOf(namespace.lab).programs.command(), ...dieWithParentCommand()];
  const [first = program, ...words] = [...prefix, program, ...args];
  // The reaper ends it with this process. To do so itself, execa makes 300 system calls: it asks for each signal that ends a process.
  const defaults = { killSignal: 'SIGKILL', cleanup: false };
  const subprocess = namespace.run(() =>
    execa(first, words, { ...defaults, ...streams, encoding: 'utf8' } as TextOptions),
  );
  const place = {};
  Error.captureStackTrace(place, from);
  // Each whole: in a list they would be shortened.
  const written = `${call}(${show(file)}, [${args.map(show).join(', ')}])`;
  const describe = (result: unknown) => describeFailure(result, { words: written, prefix, place });
  // The first to hear of it: whoever else does has the failure as it is told here.
  subprocess.then(describe, describe);
  if (isWithoutInput(options)) refuseInput(subprocess, written);
  const isRead = isDaemon || (options.buffer ?? true) === true;
  const rejects = options.reject !== false;
  const started = new Program(subprocess, { namespace, words: written, place, isRead, isDaemon, rejects });
  engineOf(namespace.lab).programs.track(started);
  return started;
}
