import { type Lab, Namespace } from '../lab/index.ts';
import type { StartedContainer } from './started-container.ts';

/** Those whose wait strategy has said that they are ready. */
export const startedContainers = new WeakMap<Container, StartedContainer>();

/**
 * A running container, as a namespace of a lab: it has links, cables, routes, probes and taps like any other. `exec` runs a
 * program of the machine, such as `tcpdump`, in the container's network. {@link Container.started} runs programs inside it.
 */
export class Container extends Namespace {
  /** The container's id in the engine. */
  readonly id: string;

  constructor(lab: Lab, name: string, id: string) {
    super(lab, name, 'host');
    this.id = id;
  }

  /**
   * testcontainers' own object of it: logs, files, programs inside.
   *
   * @throws Error before the container is ready, by its wait strategy
   * @example const { output } = await web.started.exec(['cat', '/etc/hostname'])
   */
  get started(): StartedContainer {
    const started = startedContainers.get(this);
    if (!started) throw new Error(`${this.name}.started: the container is not ready yet`);
    return started;
  }
}
