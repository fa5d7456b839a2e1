import { errorMessage } from '../../base/error-message.ts';
import { setFrames } from '../../base/own-frames.ts';
import { checkMilliseconds, checkOptions } from '../../base/validate.ts';
import { harmless } from '../../base/visible-text.ts';
import { after, now, sleep, turn } from '../../kernel/clock.ts';
import type { Namespace } from '../namespace.ts';
import { Daemon } from './daemon.ts';
import { type Ready, type ReadyCheck, readyCheck } from './daemon-ready.ts';
import { type ExecOptions, startProgram } from './exec.ts';
import { OUTPUT_DEADLINE, type Program } from './program.ts';
import { registerWait } from './waits.ts';

/** How long a daemon may take until it is ready, in milliseconds. */
const WITHIN = 5000;

/** Those of execa that do not concern the program's output or its end, which are the daemon's. */
const EXEC_OPTIONS = ['argv0', 'cwd', 'env', 'extendEnv', 'gid', 'input', 'inputFile', 'taps', 'uid'] as const;

/** When a daemon is ready, and how to start it. */
export interface DaemonOptions extends Pick<ExecOptions, (typeof EXEC_OPTIONS)[number]> {
  /** How to know that it is ready. */
  ready: Ready;
  /** How long that may take, in milliseconds. @default 5000 */
  within?: number;
}

/** Starts a daemon and waits until it is ready; {@link Namespace.daemon} is this. */
export async function startDaemon(
  namespace: Namespace,
  file: string,
  args: readonly string[],
  options: DaemonOptions,
): Promise<Daemon> {
  const call = `${namespace.name}.daemon`;
  checkOptions(call, options, ['ready', 'within', ...EXEC_OPTIONS]);
  const { ready, within = WITHIN, ...execOptions } = options;
  checkMilliseconds(call, 'within', within);
  const check = readyCheck(call, namespace, ready);
  const program = startProgram(call, namespace, {
    ...{ file, args, from: namespace.daemon, isDaemon: true },
    options: { ...execOptions, buffer: false, reject: false },
  });
  const started = waitUntilReady(program, check, within);
  const { lab, words, frames, since } = program;
  const state = () => [`It waits for ${check.words}.`, ...program.state()];
  registerWait({ lab, words, frames, isAwaited: true, since, state }, started);
  await started;
  return new Daemon(program);
}

async function waitUntilReady(program: Program, check: ReadyCheck, within: number): Promise<void> {
  const giveUp = new AbortController();
  const late = Promise.withResolvers<'late'>();
  const callOff = after(program.since + within - now(), () => {
    // Its output may be there, though a busy event loop has not read it yet.
    void turn().then(() => late.resolve('late'));
  });
  try {
    const outcome = await Promise.race([
      check.wait(program, giveUp.signal).then(() => 'ready' as const),
      endOf(program),
      late.promise,
    ]).catch((error: unknown) => {
      throw startFailure(program, `could not wait for ${check.words}: ${errorMessage(error)}`, error);
    });
    if (outcome === 'ready') return;
    // The end of a process may be told before what it printed last.
    if (outcome === 'ended' && (await isPrinted(program)) && check.isShownBy?.(program.output)) return;
    const ending = program.ending ?? 'it could not be started';
    const early = program.lab.closed
      ? 'its lab ended before it was ready (is it awaited?)'
      : `${ending} before it was ready`;
    const what = outcome === 'late' ? `not ready within ${within} ms` : early;
    throw startFailure(program, `${what}: waited for ${check.words}`);
  } catch (error) {
    // Whoever called has heard of it. Nobody gets hold of the program, so nobody else could end it.
    program.isAwaited = true;
    program.subprocess.nodeChildProcess.kill('SIGKILL');
    throw error;
  } finally {
    callOff();
    giveUp.abort();
  }
}

async function endOf(program: Program): Promise<'ended'> {
  await (program.pid === undefined ? program.subprocess : program.exited);
  return 'ended';
}

/** Waits until what it printed last has been read: false if others, which it has started, hold its output open. */
async function isPrinted({ subprocess }: Program): Promise<boolean> {
  return Promise.race([subprocess.then(() => true), sleep(OUTPUT_DEADLINE).then(() => false)]);
}

function startFailure(program: Program, what: string, cause?: unknown): Error {
  const { ending } = program;
  const printed = program.lines(LINES).map((line) => `  ${line}`);
  const lines = [
    `${program.words}: ${what}`,
    ...(ending === undefined ? [`It was still running, as process ${program.pid}. It is killed now.`] : []),
    ...(ending === undefined ? [] : whyEnded(ending, printed)),
    ...(printed.length > 0 ? ['Its last output:', ...printed] : [SILENT]),
  ];
  const error = new Error(harmless(lines.join('\n')), cause === undefined ? {} : { cause });
  setFrames(error, program.frames);
  return error;
}

/** What a daemon that ended at once did most likely. */
function whyEnded(ending: string, printed: readonly string[]): string[] {
  if (printed.some((line) => /already running/i.test(line)))
    return ['Namespaces share files, so another instance may be the one that it found: give each its own PID file.'];
  if (ending !== 'exit code 0') return [];
  return ['It may have gone into the background: start it with its option for the foreground.'];
}

/** stdio's buffers are full, not line by line, where the output is no terminal. */
const SILENT =
  'It has printed nothing. Many programs buffer their output unless it goes to a terminal: put `stdbuf -oL` in front.';

/** How many of its last lines the message of a failed start has. */
const LINES = 20;
