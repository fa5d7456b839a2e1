import { randomBytes } from 'node:crypto';
import { delimiter } from 'node:path';
import { hideOwnFrames } from '../base/own-frames.ts';
import { isObject } from '../base/plain-object.ts';
import { checkInterfaceName, checkOptions, show } from '../base/validate.ts';
import { harmless } from '../base/visible-text.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { checkContainer, checkNode } from './check-namespace.ts';
import { type Json, parseJson } from './json.ts';
import { nodeState } from './node-state.ts';

/** Where distributions put it: beside podman, not on the PATH. */
const FOLDERS = ['/usr/libexec/podman', '/usr/lib/podman', '/usr/local/libexec/podman'];

/** A network, in the words of `podman network inspect`; what is left out has podman's defaults. */
export interface NetavarkNetwork extends Json {
  name: string;
  driver: 'macvlan' | 'bridge';
  /** macvlan: the parent; bridge: the bridge, which is made where there is none. Both on the node. */
  network_interface: string;
  subnets: readonly { subnet: string; gateway?: string }[];
  /** macvlan: `mode`, `mtu`; bridge: `mtu`, `vlan`. Numbers are strings, too. */
  options?: Readonly<Record<string, string>>;
}

/** How a container is attached. */
export interface NetavarkAttachment {
  /** One of each subnet, without prefix lengths; giving them out is podman's work, not netavark's. */
  static_ips: readonly string[];
  /** @default 'eth0' */
  interface_name?: string;
  static_mac?: string;
}

/** What `setup` returns. */
export interface NetavarkResult {
  /** The container's interface: an interface of the lab like any other. */
  device: Interface;
  /** As netavark printed it. */
  json: Json;
}

/** netavark refused, or failed; its own sentence is in the message. */
export class NetavarkError extends Error {
  override readonly name = 'NetavarkError';

  constructor(message: string) {
    super(harmless(message));
    hideOwnFrames(this);
  }
}

/**
 * Where netavark is; undefined when it is not installed, so that a spec can skip.
 *
 * @example test.skipIf(!findNetavark())('…', …)
 */
export function findNetavark(): string | undefined {
  return findProgram('netavark', [process.env['PATH'], ...FOLDERS].join(delimiter));
}

/**
 * A network of podman's: netavark, driven as podman does.
 *
 * @param node the namespace that plays the node
 * @throws UsageError when netavark is not installed
 * @example
 * const lan = netavark(host, {
 *   name: 'lan', driver: 'macvlan', network_interface: 'up0', options: { mode: 'vepa' },
 *   subnets: [{ subnet: '10.0.0.0/24', gateway: '10.0.0.2' }],
 * });
 * const { device } = await lan.setup(ns1, { static_ips: ['10.0.0.101'] });
 */
export function netavark(node: Namespace, network: NetavarkNetwork): Netavark {
  checkNode('netavark', node);
  const program = findNetavark();
  if (!program)
    throw new UsageError(`netavark: it is neither on the PATH nor in ${FOLDERS.join(', ')}; install netavark`);
  return new Netavark(node, program, structuredClone(network));
}

/** What {@link netavark} returns. */
export class Netavark {
  readonly node: Namespace;
  readonly #program: string;
  readonly #network: NetavarkNetwork;
  readonly #id = randomBytes(32).toString('hex');
  /** What teardown must be told again. */
  readonly #attachments = new Map<Namespace, NetavarkAttachment>();

  constructor(node: Namespace, program: string, network: NetavarkNetwork) {
    this.node = node;
    this.#program = program;
    this.#network = network;
  }

  /**
   * Attaches a container.
   *
   * @throws NetavarkError when netavark refuses
   */
  async setup(container: Namespace, attachment: NetavarkAttachment): Promise<NetavarkResult> {
    const call = `netavark ${this.#network.name}: setup`;
    checkContainer(call, this.node, container);
    checkOptions(call, attachment, ['static_ips', 'interface_name', 'static_mac']);
    const { static_ips } = attachment;
    const { subnets } = this.#network;
    // With fewer it panics (core_utils.rs).
    if (!Array.isArray(static_ips) || static_ips.length !== subnets.length) {
      throw new UsageError(
        `${call}: static_ips must be a list with an address of each subnet, in the order of ` +
          `${subnets.map(({ subnet }) => subnet).join(', ')}: received ${show(static_ips)}`,
      );
    }
    const { interface_name = 'eth0' } = attachment;
    checkInterfaceName(call, interface_name);
    const json = await this.#run('setup', container, attachment);
    this.#attachments.set(container, attachment);
    this.node.lab.discover();
    return { device: container.interface(interface_name), json: json ?? {} };
  }

  /**
   * Detaches a container, as it was attached.
   *
   * @throws NetavarkError when netavark refuses
   */
  async teardown(container: Namespace): Promise<void> {
    const attachment = this.#attachments.get(container);
    if (!attachment)
      throw new UsageError(
        `netavark ${this.#network.name}: teardown: ${show(container)} is not attached: set it up first`,
      );
    await this.#run('teardown', container, attachment);
    this.#attachments.delete(container);
    this.node.lab.discover();
  }

  async #run(command: string, container: Namespace, attachment: NetavarkAttachment): Promise<Json | undefined> {
    const { name } = this.#network;
    const config = {
      container_id: container.name,
      container_name: container.name,
      networks: { [name]: { interface_name: 'eth0', ...attachment } },
      network_info: {
        [name]: {
          id: this.#id,
          ipv6_enabled: this.#network.subnets.some(({ subnet }) => subnet.includes(':')),
          internal: false,
          dns_enabled: false,
          ipam_options: { driver: 'host-local' },
          ...this.#network,
        },
      },
    };
    const { exitCode, stdout, stderr } = await this.node.exec(
      this.#program,
      ['--config', nodeState(this.node), command, container.path],
      { input: JSON.stringify(config), reject: false },
    );
    const json = parseJson(String(stdout));
    if (exitCode === 0) return isObject(json) ? json : undefined;
    const reason =
      isObject(json) && typeof json['error'] === 'string' ? json['error'] : `it ended with exit code ${exitCode}`;
    throw new NetavarkError(
      [`netavark ${command} ${name}, ${container}: ${reason}`, stderr].filter(Boolean).join('\n'),
    );
  }
}
