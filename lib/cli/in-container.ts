import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { socketOfDockerHost } from '../containers/engine-at-hand.ts';
import { startReaper } from '../containers/start-reaper.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import type { Reaper } from '../kernel/programs/reaper.ts';
import { EXIT } from './exit-codes.ts';
import { say } from './print.ts';

/** What the tests run in when nothing else is said: any image will do that has Node and util-linux. */
export const DEFAULT_IMAGE = 'node:24';

const LABEL = 'hairpin.run';
/** What vitest and its reporters look at; docker takes the values from this process. */
const ENVIRONMENT = ['CI', 'GITHUB_ACTIONS', 'FORCE_COLOR', 'NO_COLOR', 'TZ'];
/** `docker run`'s own failures begin here; below are those of what it ran. */
const DOCKER_FAILED = 125;

/**
 * Runs a project's tests in a privileged container, which is gone with this process whatever happens to it.
 *
 * @param folder the project's; it has the same path inside
 * @param args vitest's, behind `vitest run`
 * @returns the exit code
 */
export async function testInContainer(image: string, folder: string, args: readonly string[]): Promise<number> {
  const docker = findProgram('docker');
  if (!docker) {
    throw new Error(
      "there is no program 'docker' on the PATH: apt-get install docker.io (from Debian 13 on: docker-cli, too)",
    );
  }
  const run = randomBytes(8).toString('hex');
  const reaper = startReaperOf(run);
  const child = spawn(docker, dockerArguments({ image, folder, args, run }), { stdio: 'inherit' });
  // A terminal sends its Ctrl+C to docker, too, which passes it on; what docker then says is the news.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  // Killed, docker leaves the container running: that is the reaper's, which acts when this process has ended.
  if (signal === null) reaper?.close();
  if (code !== null && code < DOCKER_FAILED) return code;
  say(`hairpin: docker run ${signal ? `was ended by ${signal}` : `failed (exit code ${code})`}`);
  return EXIT.unable;
}

function dockerArguments(what: { image: string; folder: string; args: readonly string[]; run: string }): string[] {
  const { image, folder, args, run } = what;
  const { program, root } = findVitest(folder);
  return [
    ...['run', '--rm', '--privileged', '--init', '--label', `${LABEL}=${run}`],
    ...(process.stdin.isTTY && process.stdout.isTTY ? ['--interactive', '--tty'] : []),
    ...['--volume', `${root}:${root}`, '--workdir', folder],
    ...ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : ['--env', name])),
    ...[image, 'node', program, 'run', ...args],
  ];
}

/** The project's own vitest, and the folder that holds both: in a workspace it may be some levels up. */
function findVitest(folder: string): { program: string; root: string } {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('vitest/package.json');
    const [root = folder] = manifest.split('/node_modules/');
    return { program: join(dirname(manifest), 'vitest.mjs'), root: folder.startsWith(root) ? root : folder };
  } catch {
    throw new Error(
      `there is no vitest in ${folder}: npm install, in the project's folder, and run hairpin test there`,
    );
  }
}

/** An engine by TCP or SSH cannot be reached by the reaper: there a `kill -9` leaves the tests to run to their end. */
function startReaperOf(run: string): Reaper | undefined {
  const socket = socketOfDockerHost(process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock');
  return socket === undefined ? undefined : startReaper('containers', socket, LABEL, run);
}
