import { readFileSync } from 'node:fs';
import { hasCode } from '../base/has-code.ts';
import { show } from '../base/validate.ts';
import { askEngine } from './engine-api.ts';
import { socketOfDockerHost } from './engine-at-hand.ts';

const USUAL_SOCKET = '/var/run/docker.sock';

/** The first process of a container, or why there is none to be had. */
type FoundContainer = { pid: number } | { pid?: undefined; why: string };

/** The first process of a container that runs, by the engine that `docker` itself would ask. */
export async function containerPid(name: string): Promise<FoundContainer> {
  const { DOCKER_HOST: host } = process.env;
  const socket = host ? socketOfDockerHost(host) : USUAL_SOCKET;
  if (socket === undefined)
    return {
      why: `the engine of DOCKER_HOST (${show(host)}) is not on this machine, so no container of it can be entered`,
    };
  try {
    const { Id, State } = JSON.parse(await askEngine(socket, 'GET', `/containers/${encodeURIComponent(name)}/json`));
    if (!(State?.Pid > 0)) return { why: 'the Docker container of that name does not run' };
    if (isOfContainer(State.Pid, Id)) return { pid: State.Pid };
    return {
      why:
        `the Docker engine says that this container is process ${State.Pid}, but here that is another process: the engine ` +
        'runs in another PID namespace',
    };
  } catch (error) {
    const { message, cause } = error as Error;
    // No such container, or no engine.
    if (cause === 404 || hasCode(error, 'ENOENT', 'ECONNREFUSED'))
      return { why: 'no Docker container of that name runs' };
    return { why: `the Docker engine could not be asked (${message})` };
  }
}

/** An engine counts processes as its own PID namespace does: the files of a container's process have the container's id. */
function isOfContainer(pid: number, id: string): boolean {
  return ['cgroup', 'mountinfo'].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(id);
    } catch {
      return false;
    }
  });
}
