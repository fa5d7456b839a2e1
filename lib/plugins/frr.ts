import { join } from 'node:path';
import { checkMilliseconds, checkOptions, show, wrongOption } from '../base/validate.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { type Daemon, type Namespace, UsageError } from '../lab/index.ts';
import { checkNode } from './check-namespace.ts';
import { type ConfigLine, configLines, contextOf, type EchoedLine, nearestCommands, readEcho } from './frr-config.ts';
import { FrrError } from './frr-error.ts';
import { frrState, vtyshArguments } from './frr-state.ts';
import { HeldFolder, makeStart, RUN } from './frr-surroundings.ts';
import { type Json, parseJson } from './json.ts';

/** FRR's daemons beside zebra, which is always started. */
const DAEMONS = [
  ...(['babeld', 'bfdd', 'bgpd', 'eigrpd', 'fabricd', 'isisd', 'ldpd', 'nhrpd', 'ospf6d', 'ospfd'] as const),
  ...(['pathd', 'pbrd', 'pim6d', 'pimd', 'ripd', 'ripngd', 'staticd', 'vrrpd'] as const),
];

export type FrrDaemon = (typeof DAEMONS)[number];

/** Where distributions put the daemons: they are no commands, so not on the PATH. */
const FOLDERS = ['/usr/lib/frr', '/usr/libexec/frr'];

/** How long a daemon may take to start, in milliseconds. */
const WITHIN = 60_000;

export interface FrrOptions<D extends FrrDaemon = FrrDaemon> {
  /** A text as in `/etc/frr/frr.conf`. */
  config: string;
  /** The daemons that its lines are for, as in `/etc/frr/daemons`; zebra is always started. @default none */
  daemons?: readonly D[];
  /** How long each daemon may take to start, in milliseconds. @default 60000 */
  within?: number;
}

const running = new WeakMap<Namespace, Frr>();
const starting = new WeakSet<Namespace>();
/** What a failure keeps of the FRR that a router has now. */
const evidence = new WeakMap<Namespace, () => string>();

/**
 * Where FRR's zebra is; undefined when FRR is not installed, so that a spec can skip.
 *
 * @example test.skipIf(!findFrr())('…', …)
 */
export function findFrr(): string | undefined {
  return findDaemon('zebra');
}

/**
 * Starts FRR on a router, and configures it line by line. It knows nothing of the machine's own FRR, and ends with the lab.
 *
 * @throws UsageError when it is not installed; FrrError for a line that it refuses, or that is for a daemon which does not run
 * @example
 * await frr(r1, {
 *   daemons: ['ospfd'],
 *   config: `
 *     interface eth0
 *       ip ospf area 0
 *       ip ospf network point-to-point`,
 * });
 * await expect(r1).toHaveRoute({ to: '10.2.0.0/24', proto: 'ospf' }, { within: 20_000 });
 */
export async function frr<D extends FrrDaemon = never>(node: Namespace, options: FrrOptions<D>): Promise<Frr<D>> {
  checkNode('frr', node, 'router');
  const call = `frr on ${node}`;
  checkOptions(call, options, ['config', 'daemons', 'within']);
  const { config, daemons = [], within = WITHIN } = options;
  checkConfig(call, config);
  checkMilliseconds(call, 'within', within);
  if (!Array.isArray(daemons)) throw wrongOption(call, 'daemons', "a list such as ['ospfd', 'bfdd']", daemons);
  for (const daemon of daemons) {
    if (!DAEMONS.includes(daemon)) {
      throw wrongOption(call, 'daemons', `of ${DAEMONS.join(', ')}; zebra is always started`, daemon);
    }
  }
  const before: Daemon[] = Object.values(running.get(node)?.daemons ?? {});
  if (starting.has(node) || before.some((daemon) => daemon.running))
    throw new UsageError(`${call}: it runs there already: stop it first, or change it by configure()`);
  const programs = [...new Set<D>(daemons)].map((name) => ({
    name,
    program: requireDaemon(call, name),
  }));
  if (!findProgram('vtysh')) throw new UsageError(`${call}: there is no program 'vtysh' on the PATH; install frr`);
  const ready = { ready: { log: 'starting: vty@' }, within };
  const started: Record<string, Daemon> = {};
  starting.add(node);
  try {
    const zebra = await node.daemon('unshare', ['--mount', makeStart(node), requireDaemon(call, 'zebra')], ready);
    started['zebra'] = zebra;
    // Behind zebra: a daemon that finds none tries again only ten seconds later (`zclient_event`).
    const others = programs.map(async ({ name, program }) => {
      const mounts = `--mount=/proc/${zebra.pid}/ns/mnt`;
      started[name] = await node.daemon('nsenter', [mounts, `${RUN}/start`, program], ready);
    });
    // All of them: what starts behind a failure is to be stopped, too.
    const failed = (await Promise.allSettled(others)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    const folder = engineOf(node.lab).resources.add(new HeldFolder(`/proc/${zebra.pid}/root${RUN}`));
    const router = new Frr(node, folder.path, started as Frr<D>['daemons']);
    await router.configure(config);
    // What is started again on a router takes the place of what was there.
    if (!running.has(node))
      engineOf(node.lab).evidence.push({ file: 'frr.txt', text: () => evidence.get(node)?.() ?? '' });
    running.set(node, router);
    evidence.set(node, () => frrState(node, { daemons: started, folder: folder.path, config }));
    return router;
  } catch (error) {
    await Promise.all(Object.values(started).map((daemon) => daemon.stop()));
    throw error;
  } finally {
    starting.delete(node);
  }
}

/** What {@link frr} returns. */
export class Frr<D extends FrrDaemon = never> {
  readonly node: Namespace;
  /** Each of its daemons, to stop, or to read what it has printed: `r1.daemons.bgpd.stop('SIGKILL')`. */
  readonly daemons: Readonly<Record<'zebra' | D, Daemon>>;
  readonly #folder: string;

  constructor(node: Namespace, folder: string, daemons: Readonly<Record<'zebra' | D, Daemon>>) {
    this.node = node;
    this.#folder = folder;
    this.daemons = daemons;
  }

  /**
   * Adds lines to its configuration, as at the prompt behind `configure terminal`.
   *
   * @throws FrrError for the first line that is refused, with FRR's own words; the lines before it are in force
   * @example await r1.configure('router bgp 65001\n neighbor 10.0.0.2 shutdown')
   */
  async configure(config: string): Promise<void> {
    checkConfig(`frr on ${this.node}: configure`, config);
    const lines = configLines(config);
    this.#checkBfd(lines);
    const { exitCode, stdout, stderr } = await this.#ask(
      ['configure terminal', ...lines.map(({ words }) => words)],
      ['-E'],
    );
    if (exitCode === 0) return;
    const { echoed, output } = readEcho(lines, stdout);
    const line = echoed.at(-1);
    const words = [output, stderr].filter(Boolean).join('\n').trim() || `vtysh ended with exit code ${exitCode}`;
    const where = line
      ? `line ${line.number} of its configuration is refused: ${line.words}`
      : 'no line could be configured';
    throw this.#error(where, words, line && (await this.#mend(words, echoed)));
  }

  /**
   * What `vtysh -c` prints.
   *
   * @throws FrrError for a command that it refuses, or for a daemon that does not run
   * @example const neighbours = await r1.vtysh('show ip ospf neighbor')
   */
  async vtysh(command: string): Promise<string> {
    if (typeof command !== 'string' || command.trim() === '')
      throw new UsageError(
        `frr on ${this.node}: vtysh: command must be one such as 'show ip route': received ${show(command)}`,
      );
    const { exitCode, stdout, stderr } = await this.#ask([command]);
    if (exitCode === 0) return stdout;
    const words = [stdout, stderr].filter(Boolean).join('\n') || `vtysh ended with exit code ${exitCode}`;
    throw this.#error(`'${command}' is refused`, words, await this.#mend(words, []));
  }

  /**
   * The same as JSON, of a command that knows `json`.
   *
   * @throws FrrError when it refuses, or prints no JSON
   * @example await expect.poll(() => r1.json('show ip ospf neighbor')).toMatchObject({ … })
   */
  async json<T = Json>(command: string): Promise<T> {
    const printed = await this.vtysh(`${command} json`);
    const value = parseJson(printed);
    if (typeof value === 'object' && value !== null) return value as T;
    throw this.#error(`'${command} json' printed no JSON`, printed || '(nothing)');
  }

  /** Ends it, as `systemctl stop frr` does: zebra takes its routes away. */
  async stop(): Promise<void> {
    const { zebra, ...others } = this.daemons as Record<string, Daemon>;
    await Promise.all(Object.values(others).map((daemon) => daemon.stop()));
    await zebra?.stop();
  }

  /** The other daemons take a line on BFD also when there is no bfdd, and then never hear of a dead link from it. */
  #checkBfd(lines: readonly ConfigLine[]): void {
    if (Object.hasOwn(this.daemons, 'bfdd')) return;
    const line = lines.find(({ words }) => isForBfd(words));
    if (!line) return;
    throw this.#error(
      `line ${line.number} of its configuration is for BFD: ${line.words}`,
      'bfdd is not running',
      startIt('bfdd'),
    );
  }

  /** What to do about FRR's words. */
  async #mend(output: string, echoed: readonly EchoedLine[]): Promise<string | undefined> {
    const [, daemon] = /^(\w+) is not running$/m.exec(output) ?? [];
    if (daemon) return Object.hasOwn(this.daemons, daemon) ? 'It has ended: its output says why.' : startIt(daemon);
    const line = echoed.at(-1);
    if (!line || !/^% (Unknown|Ambiguous) command|^% Command incomplete/m.test(output)) return undefined;
    // vtysh looks in the part of the configuration where it is, then above that.
    const { stdout } = await this.#ask(['configure terminal', 'list', ...contextOf(echoed), 'list']);
    const near = nearestCommands(line.words, stdout.split('\n'));
    return near.length > 0 ? ['FRR knows here:', ...near.map((each) => `  ${each}`)].join('\n') : undefined;
  }

  #error(what: string, output: string, mend?: string): FrrError {
    const indented = output.trim().replace(/^/gm, '  ');
    return new FrrError([`frr on ${this.node}: ${what}`, indented, ...(mend ? [mend] : [])].join('\n'));
  }

  async #ask(commands: readonly string[], options: readonly string[] = []) {
    const args = [...options, ...vtyshArguments(this.#folder, commands)];
    const { exitCode, stdout, stderr } = await this.node.exec('vtysh', args, { reject: false });
    return { exitCode, stdout: String(stdout), stderr: String(stderr) };
  }
}

/** What is behind `description` is a text. */
function isForBfd(words: string): boolean {
  const commands = words.replace(/(^|\s)(description|remark)\s.*$/, '');
  return !words.startsWith('no ') && /(^|\s)bfd(\s|$)/.test(commands);
}

const startIt = (daemon: string) => `Start it: { daemons: ['${daemon}'] }`;

function checkConfig(call: string, config: unknown): asserts config is string {
  if (typeof config === 'string') return;
  throw wrongOption(call, 'config', 'a text as in /etc/frr/frr.conf', config);
}

function findDaemon(name: string): string | undefined {
  return FOLDERS.map((folder) => findProgram(join(folder, name))).find((path) => path !== undefined);
}

function requireDaemon(call: string, name: string): string {
  const program = findDaemon(name);
  if (program) return program;
  throw new UsageError(`${call}: there is no ${name} in ${FOLDERS.join(' or ')}; install frr`);
}
