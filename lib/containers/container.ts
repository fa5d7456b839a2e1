import { type Lab, Namespace } from '../lab/index.ts';
import { startedOf } from './started.ts';
import type { StartedContainer } from './started-container.ts';

/**
 * A running container, as a namespace of a lab: links, cables, routes, probes and taps are those of any other. `exec` runs
 * a program of the machine in the container's network, such as `tcpdump`; what runs inside the container is
 * {@link Container.started}'s to say.
 */
export class Container extends Namespace {
  /** The engine's name of it. */
  readonly id: string;

  constructor(lab: Lab, name: string, id: string) {
    super(lab, name, 'host');
    this.id = id;
  }

  /**
   * testcontainers' own object of it: logs, files, programs inside.
   *
   * @throws Error before its wait strategy has said that it is ready
   * @example const { output } = await web.started.exec(['cat', '/etc/hostname'])
   */
  get started(): StartedContainer {
    const started = startedOf(this);
    if (!started) throw new Error(`${this.name}.started: the container is not ready yet`);
    return started;
  }
}
