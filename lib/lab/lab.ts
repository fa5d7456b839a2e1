import { inspect } from 'node:util';
import { entryOf } from '../base/entry-of.ts';
import { checkFileName, show, showReceived, UsageError } from '../base/validate.ts';
import type { PairKindName, UsualPairName } from '../links/registry.ts';
import { readNetwork } from '../state/read-network.ts';
import type { Cable, CableOptions, PairSettings } from './cable.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { converge, type SettledOptions } from './convergence.ts';
import { discover } from './discover.ts';
import { checkDrawOptions, type DrawOptions } from './draw-options.ts';
import { endLab, registerEnd } from './engines/end-lab.ts';
import { engineOf, enginesOf, setEngine } from './engines/engine.ts';
import { LabEngine } from './engines/lab-engine.ts';
import { openNamespace } from './engines/namespace-engine.ts';
import { createUnvaried, make } from './engines/watcher.ts';
import { addPartition, type Partition } from './faults/partition.ts';
import type { Interface } from './interface.ts';
import type { LabData } from './lab-data.ts';
import { checkLabOptions, type LabOptions } from './lab-options.ts';
import { checkTopologySource, type LoadedTopology, type TopologyText } from './loaded-topology.ts';
import { addCable } from './making/add-cable.ts';
import { Namespace } from './namespace.ts';
import type { Defaults } from './role.ts';
import { addSwitch, type Switch, type SwitchOptions } from './switch.ts';
import { checkTrace, type Trace, type TraceOptions } from './trace.ts';
import { openUplink, type Uplink } from './uplink.ts';
import { upperLayers } from './upper-layers.ts';

/**
 * A network of namespaces, switches and cables, held only by this process. Nothing of it is left once it is closed, or
 * the process has ended in any way.
 *
 * @example
 * await using lab = createLab();
 * const [a, b] = [lab.namespace('a'), lab.namespace('b')];
 * lab.cable(a, b);
 */
export class Lab implements AsyncDisposable {
  /** Whether every namespace has a tap, which sees each frame at each device. */
  readonly taps: boolean;
  /** Whose default settings the namespaces have: the lab's quiet ones, or the kernel's. */
  readonly defaults: Defaults;

  constructor({ taps = true, defaults = 'lab' }: LabOptions = {}) {
    this.taps = taps;
    this.defaults = defaults;
    setEngine(this, new LabEngine(this));
  }

  /** The namespaces, routers and switches, in the order of their creation. */
  get namespaces(): readonly Namespace[] {
    return [...engineOf(this).namespaces.values()];
  }

  /** Whether {@link close} has been called. */
  get closed(): boolean {
    return engineOf(this).closing !== undefined;
  }

  /**
   * Makes a host: a namespace with its loopback up and forwarding off.
   *
   * @param name unique in the lab; messages and captures show it
   * @throws UsageError for a name that is invalid or taken; KernelError without the privilege
   */
  namespace(name: string, ...none: []): Namespace {
    return createUnvaried(() => this.#add('namespace', name, 'host', none));
  }

  /** Makes a router: a host with IPv4 and IPv6 forwarding on. */
  router(name: string, ...none: []): Namespace {
    return make(() => this.#add('router', name, 'router', none));
  }

  /**
   * Makes a switch: a namespace that holds one Linux bridge.
   *
   * @example const sw = lab.switch('sw', { subnets: ['10.9.0.0/16'] })
   */
  switch(name: string, options: SwitchOptions = {}): Switch {
    return createUnvaried(() => engineOf(this).addNamespace('switch', name, () => addSwitch(this, name, options)));
  }

  /**
   * Plugs a cable between two namespaces, routers or switches: a veth pair, or another kind of pair. When it returns, both
   * ends are up and have IPv4 and IPv6 addresses. An end on a switch is a port, without addresses.
   *
   * @example const { b: port } = lab.cable(host, sw, { a: { name: 'up0' }, b: { hairpin: true } })
   */
  cable<A extends Namespace, B extends Namespace, K extends PairKindName = UsualPairName>(
    a: A,
    b: B,
    options: CableOptions<K> & PairSettings<K> = {} as never,
  ): Cable<A, B> {
    checkLabOpen('lab.cable', this);
    return make(() => addCable(this, a, b, options));
  }

  /**
   * A real NIC of the machine, as the parent of macvlans. It is one of the network namespace that the run was started
   * from, and needs root there. The NIC is neither moved nor changed. The macvlans are made in the lab's namespaces, and
   * end with them.
   *
   * @throws UsageError when there is no such NIC, or a macvlan would not work on it (down, a port of a bridge, wireless);
   * KernelError `EPERM` without root
   * @example const m1 = ns1.macvlan({ parent: lab.uplink('enp0s5'), mode: 'vepa', address: '192.168.1.201/24' })
   */
  uplink(name: string): Uplink {
    checkLabOpen('lab.uplink', this);
    return entryOf(engineOf(this).uplinks, name, () => openUplink(this, name));
  }

  /**
   * Splits hosts and routers into groups: from now on no frame gets from one group to another. Within a group nothing
   * changes, nor for hosts in no group. Each host of a group drops what comes in from the MAC addresses of the other groups, and,
   * behind a router, from their IP addresses, unless a router has translated these. The addresses are read once, at the call.
   *
   * @throws UsageError for fewer than two groups, a switch, or a host in two of them; KernelError without nftables (Linux 5.12)
   * @example
   * using split = lab.partition([a, b], [c]);
   * await expect(a).not.toReach(c, { droppedBy: 'fault.partition' });
   */
  partition(...groups: (readonly Namespace[])[]): Partition {
    return addPartition(this, groups);
  }

  /**
   * Registers the devices that programs made in the lab's namespaces. Each is then an {@link Interface} like the lab's
   * own: a macvlan with its parent and mode, a port with its bridge. It also notices which devices programs deleted,
   * moved or renamed.
   *
   * @returns the interfaces that are new
   * @example
   * await ns1.exec('ip', ['link', 'add', 'dummy0', 'type', 'dummy']);
   * lab.discover();
   */
  discover(): Interface[] {
    checkLabOpen('lab.discover', this);
    return discover(this.namespaces);
  }

  /**
   * Follows every frame that is sent in the lab while a function runs, and until the lab is quiet again.
   *
   * @param fn what makes the traffic; its promise is awaited
   * @throws UsageError in a lab without taps; whatever `fn` throws
   * @example
   * const trace = await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), { protocol: ['arp', 'icmp'] });
   * console.log(String(trace));
   */
  async trace(fn: () => unknown, options: TraceOptions = {}): Promise<Trace> {
    const protocols = checkTrace(this, fn, options);
    return upperLayers().trace(this, fn, protocols);
  }

  /**
   * Draws the network as the kernel has it now: `[host]`, `{switch}`, `<router>`, each with its devices, and lines for cables and
   * for the way to a parent. Dashed lines have no carrier. It has no MAC addresses, and is the same in every run.
   *
   * @throws UsageError for a wrong option, and for a lab that is closed
   * @example
   * console.log(lab.draw({ addresses: true }));
   * expect(lab.draw()).toMatchInlineSnapshot();
   */
  draw(options: DrawOptions = {}): string {
    checkLabOpen('lab.draw', this);
    return upperLayers().draw(this, checkDrawOptions('lab.draw', options));
  }

  /**
   * Pauses, and lets you look at the network: at the terminal, `ns1` opens a shell in that namespace, `ns1 ping 10.0.0.2` runs a
   * program there, `draw` draws, `continue` goes on. Without a terminal it prints how to enter each namespace from another one.
   *
   * A test needs `npx hairpin shell`, which switches the test's time-out off; a script needs nothing.
   *
   * @throws UsageError in a test that vitest's own command runs, and for a lab that is closed
   * @example await lab.pause();
   */
  async pause(): Promise<void> {
    checkLabOpen('lab.pause', this);
    await upperLayers().pause(this);
  }

  /**
   * Builds the network of a topology file: YAML with namespaces, links and their settings, named like the options of the
   * calls. It also reads containerlab's files with nodes of `kind: linux` and `kind: bridge`. Everything but the programs of `exec`
   * exists as soon as the call returns; await the promise for these.
   *
   * @param from a file, relative to the working directory; a URL; or `{ text }`
   * @returns what it made, by the names of the file
   * @throws UsageError with file, line and column for an unknown key, an unknown name, or a wrong value; KernelError when
   * the kernel refuses. What was made until then stays
   * @example
   * const office = await lab.load(new URL('office.yaml', import.meta.url));
   * await expect(office.namespace('desk')).toReach(office.namespace('printer'));
   */
  load(from: string | URL | TopologyText): Promise<LoadedTopology> {
    checkLabOpen('lab.load', this);
    checkTopologySource(from);
    return upperLayers().load(this, from);
  }

  /**
   * Describes the network, as the kernel has it now, in a topology file, which {@link load} builds again: links with their settings, addresses,
   * routes, rules, static entries, sysctls and packet filters. What a file cannot express is there as a comment, `# Left out: …`.
   *
   * @param file a file to write it to. @default none
   * @returns the text
   * @throws UsageError for a lab that is closed
   * @example lab.save('office.yaml')
   */
  save(file?: string): string {
    checkLabOpen('lab.save', this);
    checkFileName('lab.save', 'file', file);
    return upperLayers().save(this, file);
  }

  /** The drawing of {@link draw}; the names of the namespaces for a lab that is closed. */
  toString(): string {
    return this.closed ? this[inspect.custom]() : this.draw();
  }

  /**
   * The network as the kernel has it now, as plain data: links, addresses, routes, rules, neighbours, forwarding entries, sysctls and
   * packet filters of each namespace.
   *
   * @throws UsageError for a lab that is closed
   */
  toJSON(): LabData {
    checkLabOpen('lab.toJSON', this);
    return { namespaces: readNetwork(enginesOf(this.namespaces)).namespaces.map((state) => ({ ...state })) };
  }

  /** vitest copies what is a mere object before it shows a difference, and a copy is in no lab. */
  get [Symbol.toStringTag](): string {
    return 'Lab';
  }

  /**
   * Ends the lab: kills the programs that run in it and lets go of every namespace. A second call waits for the first.
   *
   * @throws AggregateError of everything that went wrong, after the rest is done
   */
  close(): Promise<void> {
    const engine = engineOf(this);
    engine.closing ??= registerEnd(this, endLab(engine));
    return engine.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `lab [ns1, ns2, sw]`, for `console.log`. */
  [inspect.custom](): string {
    return `lab [${this.namespaces.join(', ')}]`;
  }

  /**
   * Waits until nothing moves by itself any more in the lab, as {@link Namespace.settled} does in one namespace.
   *
   * @throws UsageError for a wrong option; Error naming what still moves when the time is over
   * @example await lab.settled({ within: 40_000 }); // a spanning tree forwards after 30 s
   */
  settled(options: SettledOptions = {}): Promise<void> {
    const settled = converge('lab.settled', this.namespaces, options, this.settled);
    return engineOf(this).callsToAwait.add('lab.settled()', this.settled, settled);
  }

  #add(method: string, name: string, role: 'host' | 'router', [more]: readonly unknown[]): Namespace {
    if (more !== undefined)
      throw new UsageError(
        `lab.${method}(${show(name)}) takes nothing but the name: ${showReceived(more)}; ` +
          'lab.cable and the calls for links take addresses, and routes and settings have calls, too',
      );
    return engineOf(this).addNamespace(method, name, () => openNamespace(new Namespace(this, name, role)));
  }
}

/**
 * Makes an empty lab. Needs no vitest: for scripts, a REPL and the CLI.
 *
 * @throws UsageError for a wrong option
 * @example await using lab = createLab();
 */
export function createLab(options: LabOptions = {}): Lab {
  return new Lab(checkLabOptions('createLab', options));
}
