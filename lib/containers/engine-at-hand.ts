import { randomBytes } from 'node:crypto';
import { show, UsageError } from '../base/validate.ts';
import type { Reaper } from '../kernel/programs/reaper.ts';
import type { Namespace } from '../lab/index.ts';
import { DockerEngine } from './docker-engine.ts';
import { containersLabelled, removeContainer } from './engine-api.ts';
import { startReaper } from './start-reaper.ts';

/** Whose containers they are, in an engine that has others, too. */
const LABEL = 'hairpin.lab';

/** The engine that `DOCKER_HOST` names. This lab's containers are removed from it; everything else there is let be. */
export class EngineAtHand extends DockerEngine {
  readonly labels: Record<string, string>;
  readonly #lab = randomBytes(8).toString('hex');
  readonly #reaper: Reaper;

  /** @throws UsageError for an engine that is not on this machine */
  constructor(dockerHost: string) {
    const socket = socketOfDockerHost(dockerHost);
    if (socket === undefined) {
      throw new UsageError(
        "DOCKER_HOST must be a socket of this machine, such as unix:///var/run/docker.sock, since a container's network " +
          `namespace is entered from here: received ${show(dockerHost)}`,
      );
    }
    super(socket);
    this.labels = { [LABEL]: this.#lab };
    this.#reaper = startReaper('containers', socket, LABEL, this.#lab);
  }

  override get namespace(): Namespace {
    throw new UsageError(
      `docker.namespace: the engine of DOCKER_HOST (${this.host}) is in the host's own network, which is no part of the ` +
        'lab; unset DOCKER_HOST for an engine of the lab',
    );
  }

  override procOf(pid: number): string {
    return `/proc/${pid}`;
  }

  override async close(): Promise<void> {
    const ids = await containersLabelled(this.socketPath, LABEL, this.#lab);
    await Promise.all(ids.map((id) => removeContainer(this.socketPath, id)));
    this.#reaper.close();
  }
}

/** The path of a socket; undefined for an engine that is spoken to otherwise. */
export function socketOfDockerHost(dockerHost: string): string | undefined {
  const { protocol, pathname = '' } = URL.parse(dockerHost) ?? {};
  return protocol === 'unix:' && pathname.startsWith('/') ? pathname : undefined;
}
