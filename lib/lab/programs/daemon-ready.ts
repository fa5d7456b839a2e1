import { existsSync, watch } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { isObject } from '../../base/plain-object.ts';
import { checkInteger, checkOneOf, checkOptions, show, UsageError, wrongOption } from '../../base/validate.ts';
import { sleep } from '../../kernel/clock.ts';
import { listeningAt } from '../../kernel/tables/listening-sockets.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';
import type { Program } from './program.ts';

/**
 * How to know that a daemon is ready: by words in its output, a port at which it listens, a file that it creates (a socket,
 * a pid file), or a function whose promise is then fulfilled.
 */
export type Ready =
  | { log: RegExp | string }
  | { port: number; protocol?: 'tcp' | 'udp' }
  | { file: string }
  | (() => unknown);

/** A {@link Ready} that has been checked. */
export interface ReadyCheck {
  /** What it waits for. */
  words: string;
  /** Resolves once the program is ready. After the signal it need not settle. */
  wait(program: Program, signal: AbortSignal): Promise<void>;
  /** Whether this output shows it. */
  isShownBy?(output: string): boolean;
}

const RULE =
  "ready must be { log: 'words' }, { port: 53, protocol: 'udp' }, { file: '/path' } or a function that waits until the daemon serves";

/**
 * Checks what a spec says, before the program is started.
 *
 * @throws UsageError for what cannot be, and for what would pass for ready before the daemon is
 */
export function readyCheck(call: string, namespace: Namespace, ready: unknown): ReadyCheck {
  if (typeof ready === 'function') return { words: 'the function ready', wait: async () => void (await ready()) };
  const kinds = isObject(ready) ? Object.keys(ready).filter((key) => key !== 'protocol') : [];
  if (!isObject(ready) || kinds.length !== 1) throw new UsageError(`${call}: ${RULE}: received ${show(ready)}`);
  const { log, port, protocol, file } = ready;
  switch (kinds[0]) {
    case 'log':
      checkOptions(`${call}: ready`, ready, ['log']);
      return byLog(call, log);
    case 'port':
      return byPort(call, namespace, port, protocol);
    case 'file':
      checkOptions(`${call}: ready`, ready, ['file']);
      return byFile(call, file);
    default:
      throw new UsageError(`${call}: ${RULE}: received ${show(ready)}`);
  }
}

function byLog(call: string, log: unknown): ReadyCheck {
  if (!(log instanceof RegExp) && (typeof log !== 'string' || log === ''))
    throw wrongOption(call, 'ready.log', 'a string or a regular expression', log);
  // Unlike test(), search() takes no note of lastIndex.
  const isShownBy = (output: string) => (typeof log === 'string' ? output.includes(log) : output.search(log) >= 0);
  return {
    words: `${typeof log === 'string' ? show(log) : log} in its output`,
    wait: (program, signal) =>
      new Promise((resolve) => {
        const look = () => isShownBy(program.output) && resolve();
        program.onOutput(look, signal);
        look();
      }),
    isShownBy,
  };
}

/** Milliseconds between two looks at the ports of a namespace. The kernel has no event for a new listener. */
const LOOKS = [1, 2, 4, 8];
const LAST_LOOK = 16;

function byPort(call: string, namespace: Namespace, port: unknown, protocol: unknown = 'tcp'): ReadyCheck {
  if (port === undefined) throw new UsageError(`${call}: ready.port must be given: 1 to 65535`);
  checkInteger(call, 'ready.port', port, 1, 65535);
  const by = checkOneOf(call, 'ready.protocol', protocol, ['tcp', 'udp'] as const);
  const { netns } = engineOf(namespace);
  const isThere = () => listeningAt(netns, by, port as number).length > 0;
  if (isThere()) {
    throw new UsageError(
      `${call}: ready.port: something listens at ${by} port ${port} of ${namespace} already: stop it first, or choose another ready condition`,
    );
  }
  return {
    words: `a listener at ${by} port ${port} of ${namespace}`,
    wait: async (_, signal) => {
      for (let looks = 0; !signal.aborted && !isThere(); looks++) await sleep(LOOKS[looks] ?? LAST_LOOK);
    },
  };
}

function byFile(call: string, file: unknown): ReadyCheck {
  if (typeof file !== 'string' || !isAbsolute(file)) throw wrongOption(call, 'ready.file', 'an absolute path', file);
  if (existsSync(file)) {
    throw new UsageError(
      `${call}: ready.file: ${show(file)} exists already, perhaps from an earlier run: remove it first, or use a new folder`,
    );
  }
  const folder = dirname(file);
  if (!existsSync(folder))
    throw new UsageError(`${call}: ready.file: there is no folder ${show(folder)}: make it before the daemon starts`);
  return {
    words: `the file ${file}`,
    wait: (_, signal) =>
      new Promise((resolve, reject) => {
        const look = () => existsSync(file) && resolve();
        // inotify; before the first look, so that nothing is missed in between.
        watch(folder, { signal }, look).on('error', reject);
        look();
      }),
  };
}
