import type { NetNamespace } from '../kernel/net-namespace.ts';
import { type Lab, Namespace } from '../lab/index.ts';
import type { StartedContainer } from './started-container.ts';

/**
 * A running container, as a namespace of a lab: links, cables, routes, probes and taps are those of any other. `exec` runs
 * a program of the machine in the container's network, such as `tcpdump`; what runs inside the container is
 * {@link Container.started}'s to say.
 */
export class Container extends Namespace {
  /** The engine's name of it. */
  readonly id: string;
  #started: StartedContainer | undefined;

  constructor(lab: Lab, name: string, handle: NetNamespace, id: string) {
    super(lab, name, 'host', handle);
    this.id = id;
    // Docker turns it off where its own network has none; what it gave the container stays as it is.
    for (const device of ['default', 'lo']) this.sysctl.set(`net.ipv6.conf.${device}.disable_ipv6`, 0);
  }

  /**
   * testcontainers' own object of it: logs, files, programs inside.
   *
   * @throws Error before its wait strategy has said that it is ready
   * @example const { output } = await web.started.exec(['cat', '/etc/hostname'])
   */
  get started(): StartedContainer {
    if (!this.#started) throw new Error(`${this.name}.started: the container is not ready yet`);
    return this.#started;
  }

  /**
   * Says that it is ready.
   *
   * @internal
   */
  ready(started: StartedContainer): this {
    this.#started = started;
    return this;
  }
}
