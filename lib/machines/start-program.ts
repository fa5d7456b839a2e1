import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';

/**
 * Starts a program that is given open descriptors, from 3 on in the order of `more`; execa passes none that it does not
 * know. A word that begins with `setpriv --pdeathsig` sees to it that it dies with us.
 */
export function startProgram([file, ...args]: readonly string[], more: readonly (number | 'pipe')[] = []): Program {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...more];
  const child = spawn(file as string, args, { stdio });
  const ended = endOf(child);
  // The caller that awaits it hears of a failure to start, which must not count as unhandled until then.
  ended.catch(() => {});
  // The type knows five; those of `more` that are pipes are sockets, readable and writable.
  const streams: readonly unknown[] = child.stdio;
  return { child, ended, more: streams.slice(3) as (Duplex | null)[] };
}

/** The exit code of a process, −1 when a signal ended it. */
export function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Not 'exit': what it has printed is to be complete.
    child.once('close', (code) => resolve(code ?? -1));
  });
}

/** A program under way; `ended` is its exit code, −1 when a signal ended it. */
export interface Program {
  child: ChildProcess;
  ended: Promise<number>;
  /** In the order of what was asked for; null for a descriptor of ours. */
  more: (Duplex | null)[];
}

/** All of a program's output, gathered as it comes. */
export function gatherOutput(
  stream: NodeJS.ReadableStream | null | undefined,
  onText?: (text: string) => void,
): () => string {
  const texts: string[] = [];
  stream?.setEncoding('utf8').on('data', (text: string) => {
    texts.push(text);
    onText?.(text);
  });
  return () => texts.join('');
}
