import { isObject } from '../base/plain-object.ts';
import { checkMilliseconds, checkOptions, show, wrongOption } from '../base/validate.ts';
import { after, turn } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { type Daemon, type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { checkNode } from './check-namespace.ts';
import {
  checkTaken,
  type DeviceState,
  describeDevice,
  deviceStates,
  linesOf,
  NetworkManagerError,
} from './network-manager-log.ts';
import { findNetworkManager, type StartedNetworkManager, startNetworkManager } from './start-network-manager.ts';

/** A file, with the permissions that it is to have. */
export interface NetworkManagerFile {
  text: string;
  /** @default 0o600, without which NetworkManager refuses a keyfile */
  mode?: number;
}

/** How long a device may take until it is configured, in milliseconds. */
const WITHIN = 10_000;

/** The daemon of each node. */
const running = new WeakMap<Namespace, Daemon>();
const starting = new WeakSet<Namespace>();

/**
 * Starts NetworkManager on a node, with keyfiles as in `/etc/NetworkManager/system-connections`, and waits until it has
 * read them. It has a D-Bus of its own, knows nothing of the machine's, and ends with the lab. A link with an address
 * before it starts counts as somebody else's, and no keyfile is applied to it: make such links with `address: false`. Once it
 * is stopped, another one on that node takes over what it made, as when the service is started again.
 *
 * @param files by their names: keyfiles (`br0.nmconnection`) and settings (`90-mine.conf`)
 * @throws UsageError when it is not installed
 * @throws NetworkManagerError when it does not take all of a file; in its own words
 * @example
 * const daemon = await networkManager(host, {
 *   'up0.nmconnection': `
 * [connection]
 * id=up0
 * type=ethernet
 * interface-name=up0
 * [ipv4]
 * method=manual
 * address1=10.0.0.18/24
 * `,
 * });
 * const [up0] = await daemon.configured(['up0']);
 */
export async function networkManager(
  node: Namespace,
  files: Readonly<Record<string, string | NetworkManagerFile>>,
): Promise<NetworkManager> {
  checkNode('networkManager', node);
  if (!isObject(files))
    throw wrongOption('networkManager', 'files', "an object such as { 'br0.nmconnection': '[connection]…' }", files);
  const checked = Object.entries(files).map(([name, file]) => checkFile(name, file));
  const program = findNetworkManager();
  if (!program)
    throw new UsageError('networkManager: it, nmcli or dbus-daemon is not installed; install network-manager and dbus');
  if (starting.has(node) || running.get(node)?.running)
    throw new UsageError(`networkManager: it runs on ${node} already: stop it first, or use nmcli`);
  starting.add(node);
  const parts = await startNetworkManager(node, program, checked).finally(() => starting.delete(node));
  running.set(node, parts.daemon);
  const started = new NetworkManager(node, parts);
  try {
    // It answers once its main loop runs, and it reads its files before that.
    await started.nmcli(['general', 'status']);
    await turn();
    checkTaken(String(node), started.log);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}

/** What {@link networkManager} returns. */
export class NetworkManager {
  readonly node: Namespace;
  readonly #daemon: Daemon;
  readonly #bus: Daemon;
  readonly #env: Record<string, string>;
  readonly #program;
  #log: string;

  constructor(node: Namespace, { daemon, bus, env }: StartedNetworkManager) {
    this.node = node;
    this.#daemon = daemon;
    this.#bus = bus;
    this.#env = env;
    this.#program = engineOf(node.lab).programs.daemons.find(({ pid }) => pid === daemon.pid);
    this.#log = daemon.output;
    for (const stream of [this.#program?.subprocess.stdout, this.#program?.subprocess.stderr]) {
      stream?.on('data', (text) => {
        this.#log += text;
      });
    }
  }

  /** What it has printed so far. */
  get log(): string {
    return this.#log;
  }

  /** What it says of a device: `activated`, `ip-config` (it waits for addresses), `failed` …; undefined for one that it has never seen. */
  state(name: string): DeviceState | undefined {
    return deviceStates(this.#log).get(name)?.state;
  }

  /**
   * Waits until it has configured devices by keyfiles; they are interfaces of the lab then.
   *
   * @param options `within`: how long at most, in milliseconds. @default 10000
   * @throws NetworkManagerError when it ends or takes longer, with what it said of the devices. An attempt that fails is none:
   * it tries again
   */
  async configured(names: readonly string[], options: { within?: number } = {}): Promise<Interface[]> {
    checkOptions('networkManager.configured', options, ['within']);
    const { within = WITHIN } = options;
    checkMilliseconds('networkManager.configured', 'within', within);
    if (!(await this.#becomes(() => this.#areConfigured(names), within)))
      throw this.#error(names, ` after ${within} ms`);
    this.node.lab.discover();
    return names.map((name) => this.node.interface(name));
  }

  /**
   * Runs `nmcli` on its bus.
   *
   * @returns what it printed
   * @throws NetworkManagerError when it fails
   * @example await daemon.nmcli(['connection', 'down', 'br0']);
   */
  async nmcli(args: readonly string[]): Promise<string> {
    const { exitCode, all } = await this.node.exec('nmcli', [...args], { env: this.#env, reject: false, all: true });
    this.node.lab.discover();
    if (exitCode !== 0)
      throw new NetworkManagerError(`nmcli ${args.join(' ')} on ${this.node}: exit code ${exitCode}\n${all}`);
    return String(all);
  }

  /** Ends it. What it has made stays, as when the service is stopped. */
  async stop(): Promise<void> {
    await this.#daemon.stop();
    await this.#bus.stop();
  }

  /** @throws NetworkManagerError when they will not be */
  #areConfigured(names: readonly string[]): boolean {
    const states = deviceStates(this.#log);
    if (!this.#daemon.running) throw this.#error(names, '; it has ended');
    if (names.some((name) => states.get(name)?.isForeign)) throw this.#error(names, '');
    return names.every((name) => states.get(name)?.state === 'activated');
  }

  /** Looks whenever it has printed something; false when the time is over. */
  async #becomes(isSo: () => boolean, within: number): Promise<boolean> {
    const settled = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const look = () => {
      try {
        if (isSo()) resolve(true);
      } catch (error) {
        reject(error);
      }
    };
    const callOff = after(within, () => resolve(false));
    this.#program?.onOutput(look, settled.signal);
    // The last that it has printed may come behind its end.
    void this.#program?.exited.then(turn).then(look);
    look();
    try {
      return await promise;
    } finally {
      callOff();
      settled.abort();
    }
  }

  #error(names: readonly string[], what: string): NetworkManagerError {
    const states = deviceStates(this.#log);
    const each = names.map((name) => `${name} ${describeDevice(states.get(name))}`).join(', ');
    const lines = linesOf(this.#log, names);
    const log = lines.length > 0 ? `\n${lines.join('\n')}` : ', and it said nothing of them';
    return new NetworkManagerError(`NetworkManager on ${this.node}: ${each}${what}${log}`);
  }
}

function checkFile(name: string, file: unknown): { name: string; text: string; mode: number } {
  if (isObject(file)) checkOptions(`networkManager: ${show(name)}`, file, ['text', 'mode']);
  const { text, mode = 0o600 } = isObject(file) ? file : { text: file };
  if (/^[^/]+\.(nmconnection|conf)$/.test(name) && typeof text === 'string' && typeof mode === 'number')
    return { name, text, mode };
  throw new UsageError(
    `networkManager: files must be texts by names such as br0.nmconnection or 90-mine.conf, or { text, mode }: received ${show(name)}: ${show(file)}`,
  );
}
