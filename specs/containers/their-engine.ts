import { randomBytes } from 'node:crypto';
import { DockerEngine, expect, type Namespace } from 'hairpin';
import {
  ENGINE_FOLDER,
  ENGINE_SCRIPT,
  engineArguments,
  engineEnvironment,
} from '../../lib/containers/engine-script.ts';
import { removeCgroups } from '../../lib/kernel/programs/cgroup.ts';

/**
 * An engine that stands for the machine's own, as an ordinary dockerd is: it counts processes as everybody does. What runs
 * in it when the test ends is killed by its cgroup.
 */
export async function startTheirEngine(host: Namespace, onTestFinished: (clean: () => Promise<void>) => void) {
  const name = `theirs-${randomBytes(6).toString('hex')}`;
  onTestFinished(() => expect.poll(() => removeCgroups(name)).toBe(true));
  const words = ['--mount', '--', 'sh', '-euc', ENGINE_SCRIPT, 'sh', ...engineArguments(name)];
  const dockerd = host.exec('unshare', words, { reject: false, env: engineEnvironment() });
  const engine = new TheirEngine(`/proc/${dockerd.pid}/root${ENGINE_FOLDER}/docker.sock`);
  await expect
    .poll(async () => (await engine.cli(['version'], { reject: false })).exitCode, { timeout: 120_000 })
    .toBe(0);
  return engine;
}

class TheirEngine extends DockerEngine {
  readonly labels = {};

  /** The names of all that it has, running or not. */
  async containers(): Promise<string> {
    return (await this.cli(['ps', '--all', '--format', '{{.Names}}'])).stdout;
  }

  override get namespace(): never {
    throw new Error('it is not of the lab');
  }

  override procOf(pid: number): string {
    return `/proc/${pid}`;
  }

  override async close(): Promise<void> {}
}
