import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkIsObject, checkMilliseconds, checkOptions, show } from '../base/validate.ts';
import { harmless } from '../base/visible-text.ts';
import { now, sleep } from '../kernel/clock.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { type Interface, type Namespace, type Subprocess, UsageError } from '../lab/index.ts';
import { checkNode } from './check-namespace.ts';
import { nodeState } from './node-state.ts';

/** Where distributions put it: it is no command, so not on the PATH. */
const PROGRAMS = ['/usr/lib/systemd/systemd-networkd', '/lib/systemd/systemd-networkd'];

/**
 * What surrounds the daemon, in a mount namespace of its own: an empty /run for its files, its own among the users, since
 * it changes to `systemd-network`, whom a user namespace does not have; and a /sys that is read-only, by which it knows
 * that there is no udev to wait for (`udev_available`).
 */
const SURROUNDINGS = [
  'mount -t tmpfs tmpfs /run',
  'mkdir -p /run/systemd/network',
  'cp -r "$0"/network/. /run/systemd/network/',
  'cp "$0"/passwd /run/passwd',
  'mount --bind /run/passwd /etc/passwd',
  'mount --rbind /sys /sys',
  'mount -o remount,bind,ro,nosuid,nodev,noexec /sys',
  'exec "$@"',
].join(' && ');

const USERS = 'root:x:0:0::/:/bin/sh\nsystemd-network:x:0:0::/:/bin/sh\n';

/** A unit, one of its drop-ins, or what PrivateKeyFile= and the like name. */
const FILE = /^[^/]+\.((network|netdev|link)(\.d\/[^/]+\.conf)?|key|txt)$/;

/** How long a link may take until it is configured, in milliseconds. IPv6's search for duplicates alone takes 2000. */
const WITHIN = 10_000;

/**
 * Where systemd-networkd is; undefined when it is not installed, so that a spec can skip.
 *
 * @example test.skipIf(!findNetworkd())('…', …)
 */
export function findNetworkd(): string | undefined {
  return PROGRAMS.find((program) => findProgram(program));
}

/**
 * Starts systemd-networkd on a node, with files as in `/etc/systemd/network`. It knows nothing of the machine's own
 * systemd, and ends with the lab. As on any machine, a link that it manages loses the addresses that it was not told of.
 * Drop-ins are files such as `10-mv1.netdev.d/mode.conf`. A key may be in a `.key` or `.txt`, which it finds as
 * `PrivateKeyFile=/run/systemd/network/wg0.key`.
 *
 * @throws UsageError when it is not installed
 * @example
 * const daemon = networkd(host, {
 *   '10-mv1.netdev': '[NetDev]\nName=mv1\nKind=macvlan\n[MACVLAN]\nMode=vepa\n',
 *   '20-up0.network': '[Match]\nName=up0\n[Network]\nMACVLAN=mv1\nAddress=10.0.0.18/24\n',
 *   '20-mv1.network': '[Match]\nName=mv1\n[Network]\nAddress=10.0.0.101/24\n',
 * });
 * const [mv1] = await daemon.configured(['mv1']);
 */
export function networkd(node: Namespace, files: Readonly<Record<string, string>>): Networkd {
  checkNode('networkd', node);
  checkIsObject('networkd', files, "'10-up0.network'");
  for (const [name, text] of Object.entries(files)) {
    if (FILE.test(name) && typeof text === 'string') continue;
    throw new UsageError(
      `networkd: files must be texts by names such as 10-up0.network, 10-mv1.netdev, 10-mv1.netdev.d/mode.conf or wg0.key: received ${show(name)}: ${show(text)}`,
    );
  }
  const program = findNetworkd();
  if (!program) throw new UsageError(`networkd: there is none of ${PROGRAMS.join(', ')}; install systemd`);
  const folder = mkdtempSync(join(nodeState(node), 'networkd-'));
  mkdirSync(join(folder, 'network'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, 'network', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(join(folder, 'passwd'), USERS);
  const command = ['--mount', 'sh', '-c', SURROUNDINGS, folder, program];
  return new Networkd(node, node.exec('unshare', command, { reject: false, all: true }));
}

/** What {@link networkd} returns. */
export class Networkd {
  readonly node: Namespace;
  readonly #daemon: Subprocess;
  #log = '';
  #ended = false;

  constructor(node: Namespace, daemon: Subprocess) {
    this.node = node;
    this.#daemon = daemon;
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream?.on('data', (text) => {
        this.#log += text;
      });
    }
    const ended = () => {
      this.#ended = true;
    };
    daemon.then(ended, ended);
  }

  /** What it has printed so far. */
  get log(): string {
    return this.#log;
  }

  /**
   * Waits until it has configured links, which are interfaces of the lab then.
   *
   * @param options `within`: how long at most, in milliseconds. @default 10000
   * @throws Error when it gives a link up, ends, or takes longer; with what it printed
   */
  async configured(names: readonly string[], options: { within?: number } = {}): Promise<Interface[]> {
    checkOptions('networkd.configured', options, ['within']);
    const { within = WITHIN } = options;
    checkMilliseconds('networkd.configured', 'within', within);
    const deadline = now() + within;
    for (;;) {
      this.node.lab.discover();
      const states = names.map((name) => this.status(name).state);
      if (states.every((state) => state === 'configured')) return names.map((name) => this.node.interface(name));
      const lines = names.map((name, at) => `${name} ${states[at]}`).join(', ');
      if (states.includes('failed') || this.#ended) throw this.#error(`${lines}${this.#ended ? '; it has ended' : ''}`);
      if (now() > deadline) throw this.#error(`${lines} after ${within} ms`);
      await sleep(5);
    }
  }

  /**
   * What it says of a link at the moment, as `networkctl status` does: `configured`, `configuring`, `failed`, `unmanaged` …,
   * `missing` where there is no such link; and which of the `.network` files it has chosen for it.
   */
  status(name: string): { state: string; file?: string } {
    const device = this.node.interfaces.find((each) => each.name === name);
    if (!device) return { state: 'missing' };
    try {
      const text = readFileSync(`/proc/${this.#daemon.pid}/root/run/systemd/netif/links/${device.index}`, 'utf8');
      const field = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
      const file = field('NETWORK_FILE');
      return { state: field('ADMIN_STATE') ?? 'unknown', ...(file === undefined ? {} : { file: basename(file) }) };
    } catch {
      return { state: 'unknown' };
    }
  }

  /** Ends it. What it has made stays, as when the service is stopped. */
  async stop(): Promise<void> {
    this.#daemon.kill('SIGTERM');
    await this.#daemon;
  }

  #error(what: string): Error {
    const log = this.#log ? `\n${this.#log.trimEnd()}` : ', and it printed nothing';
    return new Error(harmless(`networkd on ${this.node}: ${what}${log}`));
  }
}
