import { randomUUID } from 'node:crypto';
import { delimiter } from 'node:path';
import { isObject } from '../base/plain-object.ts';
import { checkInterfaceName, checkOptions, show, wrongOption } from '../base/validate.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { checkContainer, checkNode } from './check-namespace.ts';
import { type CniConflist, type CniPluginConfig, checkCniName, checkConflist, executionConfig } from './cni-config.ts';
import type { CniRun } from './cni-error.ts';
import { cniPath, requireCniPlugin, runPlugin } from './cni-plugin.ts';
import { type CniResult, type RawResult, readResult } from './cni-result.ts';
import type { Json } from './json.ts';
import { nodeState } from './node-state.ts';

export interface CniOptions {
  /** The folders with the plugins. @default `CNI_PATH`, else /opt/cni/bin, /usr/lib/cni, /usr/libexec/cni */
  path?: readonly string[];
}

/** How a container is attached. The same ones detach it. */
export interface CniAttachment {
  /** `CNI_IFNAME`. @default 'eth0' */
  name?: string;
  /** `CNI_CONTAINERID`. @default one a namespace */
  containerId?: string;
  /** `CNI_ARGS`, as in `{ IP: '10.0.0.7' }`. */
  args?: Readonly<Record<string, string>>;
  /** What plugins that have declared the capability get as `runtimeConfig`: `{ mac: '02:00:00:00:00:07' }`. */
  capabilities?: Readonly<Json>;
}

/**
 * A CNI network of a node: other people's plugins, driven as a container runtime does (CNI specification 1.0).
 *
 * @param node the namespace that plays the node: plugins run in it, and the parents and bridges that they name are its
 * @param conflist what stands in `/etc/cni/net.d`
 * @throws UsageError for a conflist that no runtime takes, or a plugin that is not installed
 * @example
 * const net = cni(host, {
 *   name: 'lan',
 *   plugins: [{ type: 'macvlan', master: 'up0', mode: 'bridge', ipam: { type: 'host-local', subnet: '10.0.0.0/24' } }],
 * });
 * const { device } = await net.add(ns1);
 * await expect(ns1).toReach(gateway);
 */
export function cni(node: Namespace, conflist: CniConflist, options: CniOptions = {}): CniNetwork {
  checkNode('cni', node);
  checkOptions('cni', options, ['path']);
  if (options.path !== undefined && (!Array.isArray(options.path) || options.path.length === 0)) {
    throw wrongOption('cni', 'path', "a list of folders, such as ['/opt/cni/bin']", options.path);
  }
  return new CniNetwork(node, checkConflist(conflist), cniPath(options.path));
}

/** What {@link cni} returns. */
export class CniNetwork {
  readonly node: Namespace;
  readonly name: string;
  readonly #conflist: Required<CniConflist>;
  readonly #path: readonly string[];
  readonly #programs: ReadonlyMap<string, string>;
  /** What ADD returned, which CHECK and DEL are given again: a runtime keeps it as long as the container lives. */
  readonly #results = new Map<string, RawResult>();
  readonly #containerIds = new WeakMap<Namespace, string>();

  constructor(node: Namespace, conflist: Required<CniConflist>, path: readonly string[]) {
    this.node = node;
    this.name = conflist.name;
    this.#conflist = conflist;
    this.#path = path;
    this.#programs = new Map(conflist.plugins.map(({ type }) => [type, requireCniPlugin(type, path)]));
  }

  /**
   * Attaches a container: runs the plugins in their order, each with the result of the one before it. Where one fails,
   * all are told to clean up.
   *
   * @returns the last plugin's result; the devices in it are interfaces of the lab
   * @throws CniError when a plugin refuses
   */
  async add(container: Namespace, attachment: CniAttachment = {}): Promise<CniResult> {
    const call = this.#call('add', container, attachment);
    if (this.#results.has(call.key)) {
      throw new UsageError(
        `cni ${this.name}: ${call.place} is attached already; an attachment is a container and an interface name`,
      );
    }
    let prevResult: RawResult | undefined;
    try {
      for (const plugin of this.#conflist.plugins) {
        prevResult = ((await this.#run('ADD', plugin, call, prevResult)) as RawResult | undefined) ?? prevResult;
      }
    } catch (error) {
      await this.#cleanUp(call, prevResult);
      throw error;
    }
    this.#results.set(call.key, prevResult ?? {});
    this.node.lab.discover();
    const find = (name: string, sandbox: string | undefined): Interface | undefined =>
      (sandbox === undefined ? this.node : container).interfaces.find((device) => device.name === name);
    return readResult(prevResult ?? {}, () => container.interface(call.name), find);
  }

  /**
   * Asks the plugins whether the attachment is still as ADD left it.
   *
   * @throws CniError of the first plugin that finds otherwise
   */
  async check(container: Namespace, attachment: CniAttachment = {}): Promise<void> {
    const call = this.#call('check', container, attachment);
    const prevResult = this.#results.get(call.key);
    if (!prevResult) throw new UsageError(`cni ${this.name}: ${call.place} is not attached: add it first`);
    if (this.#conflist.disableCheck || this.#conflist.cniVersion.startsWith('0.3.')) return;
    for (const plugin of this.#conflist.plugins) await this.#run('CHECK', plugin, call, prevResult);
  }

  /**
   * Detaches a container: runs the plugins in the reverse order. One that is not attached is no failure, as with any
   * runtime. A lab's end needs no DEL: nothing is left of its namespaces and of what the plugins remember.
   *
   * @throws CniError of the first plugin that fails
   */
  async del(container: Namespace, attachment: CniAttachment = {}): Promise<void> {
    const call = this.#call('del', container, attachment);
    const prevResult = this.#results.get(call.key);
    for (const plugin of this.#conflist.plugins.toReversed()) await this.#run('DEL', plugin, call, prevResult);
    this.#results.delete(call.key);
    this.node.lab.discover();
  }

  #call(method: string, container: unknown, attachment: CniAttachment): Call {
    const call = `cni ${this.name}: ${method}`;
    checkContainer(call, this.node, container);
    checkOptions(call, attachment, ['name', 'containerId', 'args', 'capabilities']);
    const { name = 'eth0', containerId = this.#containerIdOf(container), args = {}, capabilities = {} } = attachment;
    checkInterfaceName(call, name);
    checkCniName(call, 'containerId', containerId);
    checkArgs(call, args);
    checkCapabilities(call, this.#conflist.plugins, capabilities);
    const place = `${container}/${name}`;
    return { container, name, containerId, args, capabilities, place, key: `${containerId} ${name}` };
  }

  #containerIdOf(container: Namespace): string {
    const id = this.#containerIds.get(container) ?? `${container.name}-${randomUUID()}`;
    this.#containerIds.set(container, id);
    return id;
  }

  #run(
    command: CniRun['command'],
    plugin: CniPluginConfig,
    { container, name, containerId, args, capabilities, place }: Call,
    prevResult: RawResult | undefined,
  ): Promise<Json | undefined> {
    const program = this.#programs.get(plugin.type) as string;
    const words = Object.entries(args).map(([key, value]) => `${key}=${value}`);
    const env = {
      CNI_CONTAINERID: containerId,
      CNI_NETNS: container.path,
      CNI_IFNAME: name,
      CNI_PATH: this.#path.join(delimiter),
      // Plugins refuse arguments that they do not know, unless told not to.
      CNI_ARGS: ['IgnoreUnknown=1', ...words].join(';'),
    };
    const config = executionConfig(this.#conflist, plugin, { state: nodeState(this.node), capabilities, prevResult });
    return runPlugin(this.node, program, { command, network: this.name, plugin: plugin.type, place }, { env, config });
  }

  /** After a failed ADD (section 4): whatever comes of it, the failure is the news. */
  async #cleanUp(call: Call, prevResult: RawResult | undefined): Promise<void> {
    for (const plugin of this.#conflist.plugins.toReversed()) {
      await this.#run('DEL', plugin, call, prevResult).catch(() => {});
    }
    this.node.lab.discover();
  }
}

interface Call extends Required<CniAttachment> {
  container: Namespace;
  place: string;
  key: string;
}

/** A runtime drops a capability that no plugin declares. Here that is a misspelt one, and a port that nobody maps. */
function checkCapabilities(call: string, plugins: readonly CniPluginConfig[], capabilities: Readonly<Json>): void {
  if (!isObject(capabilities)) throw wrongOption(call, 'capabilities', 'an object such as { mac: … }', capabilities);
  const declared = plugins.flatMap((plugin) => Object.keys(plugin.capabilities ?? {}));
  const stray = Object.keys(capabilities).find((name) => !declared.includes(name));
  if (stray === undefined) return;
  throw new UsageError(
    `${call}: no plugin of the conflist declares the capability ${show(stray)}, so none would get it; ` +
      `the plugin declares it by capabilities: { ${stray}: true }` +
      (declared.length > 0 ? `; declared are ${declared.join(', ')}` : ''),
  );
}

function checkArgs(call: string, args: Readonly<Record<string, string>>): void {
  if (!isObject(args)) throw wrongOption(call, 'args', "an object such as { IP: '10.0.0.7' }", args);
  for (const [key, value] of Object.entries(args)) {
    if (/^[^=;]+$/.test(key) && typeof value === 'string' && !value.includes(';')) continue;
    throw new UsageError(`${call}: args must be words without semicolons: received ${key}: ${show(value)}`);
  }
}
