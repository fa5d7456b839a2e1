import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What cleans up when the test process cannot; see reaper.ts. */
export interface Reaper {
  /** Everything has been cleaned up: the reaper is not needed any more. */
  dismiss(): void;
}

/** Starts the reaper. It is there before what it is to remove, so there is no moment at which a `kill -9` leaves any. */
export function startReaper(...words: ['engine', string] | ['containers', string, string, string]): Reaper {
  // The source in this repository, compiled in the package.
  const program = fileURLToPath(new URL(`./reaper${extname(import.meta.url)}`, import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...words], {
    // A session of its own: a signal to the tests' process group is not for it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  });
  child.on('error', () => {});
  child.unref();
  return { dismiss: () => void child.kill('SIGKILL') };
}
