import { inspect } from 'node:util';
import { now } from '../kernel/clock.ts';
import { describeProcess } from '../kernel/describe-process.ts';
import { roomToClose } from '../kernel/libc.ts';
import { hideMachinesInterfaces } from '../kernel/own-sysfs.ts';
import { checkNamespaceName } from '../kernel/validate.ts';
import type { PairKindName } from '../links/registry.ts';
import { addCable } from './add-cable.ts';
import { AddressBook } from './address-book.ts';
import type { Cable, CableOptions, PairSettings } from './cable.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { discover } from './discover.ts';
import type { Interface } from './interface.ts';
import { checkLabOptions, type LabOptions } from './lab-options.ts';
import { Namespace } from './namespace.ts';
import { Programs } from './programs.ts';
import { type Resource, Resources } from './resources.ts';
import type { Defaults } from './role.ts';
import { SegmentPlan } from './segment-plan.ts';
import { addSwitch, type Switch, type SwitchOptions } from './switch.ts';
import { unawaitedFailure } from './unawaited.ts';
import { openUplink, type Uplink } from './uplink.ts';
import { framesOf, registerWait } from './waits.ts';
import { createUnvaried, make } from './watcher.ts';

/** Where a lab's device indexes begin: above `lo` and the fallback tunnels that a kernel may put into each namespace. */
const FIRST_INDEX = 100;

/**
 * A network of namespaces, switches and cables, held by this process alone. When it is closed, or the process ends in
 * whatever way, nothing of it is left.
 *
 * @example
 * await using lab = createLab();
 * const [a, b] = [lab.namespace('a'), lab.namespace('b')];
 * lab.cable(a, b);
 */
export class Lab implements AsyncDisposable {
  /** Whether every namespace has a tap, which sees each frame at each device. */
  readonly taps: boolean;
  /** Whose settings the namespaces have, the lab's calm ones or the kernel's. */
  readonly defaults: Defaults;
  /** @internal */
  readonly segments = new SegmentPlan();
  /** @internal */
  readonly addresses = new AddressBook();
  /**
   * What runs in it, to be killed with it.
   *
   * @internal
   */
  readonly programs = new Programs();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #uplinks = new Map<string, Uplink>();
  readonly #resources = new Resources();
  /** The namespaces that a spec ran something in: without any there is nothing to kill. */
  readonly #ranIn = new Set<Namespace>();
  #visits = 0;
  #isPathKnown = false;
  #isEnding = false;
  #index = FIRST_INDEX;
  readonly #inherited = new Map<string, string>();
  #closing: Promise<void> | undefined;

  constructor({ taps = true, defaults = 'lab' }: LabOptions = {}) {
    this.taps = taps;
    this.defaults = defaults;
  }

  /** The namespaces, routers and switches, in the order in which they were made. */
  get namespaces(): readonly Namespace[] {
    return [...this.#namespaces.values()];
  }

  /** Whether {@link close} has been called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Makes a host: a namespace with its loopback up and forwarding off.
   *
   * @param name unique in the lab; it stands in messages and captures
   * @throws UsageError for a name that cannot be or is taken; KernelError without the privilege
   */
  namespace(name: string): Namespace {
    return createUnvaried(() => this.enrol('namespace', name, () => new Namespace(this, name, 'host')));
  }

  /** Makes a router: a host with IPv4 and IPv6 forwarding on. */
  router(name: string): Namespace {
    return make(() => this.enrol('router', name, () => new Namespace(this, name, 'router')));
  }

  /**
   * Makes a switch: a namespace that holds one Linux bridge.
   *
   * @example const sw = lab.switch('sw', { subnets: ['10.9.0.0/16'] })
   */
  switch(name: string, options: SwitchOptions = {}): Switch {
    return createUnvaried(() => this.enrol('switch', name, () => addSwitch(this, name, options)));
  }

  /**
   * Plugs a cable between two namespaces, routers or switches: a veth pair, or another kind of pair. When it returns, both
   * ends are up and have IPv4 and IPv6 addresses. An end on a switch is a port, without addresses.
   *
   * @example const { b: port } = lab.cable(host, sw, { a: { name: 'up0' }, b: { hairpin: true } })
   */
  cable<A extends Namespace, B extends Namespace, K extends PairKindName = 'veth'>(
    a: A,
    b: B,
    options: CableOptions<K> & PairSettings<K> = {} as never,
  ): Cable<A, B> {
    this.#checkOpen('lab.cable');
    return make(() => addCable(this, a, b, options));
  }

  /**
   * A real NIC of the machine, for macvlans to hang on, in the network that the run was started from. It takes root
   * there. The NIC is never moved and nothing of it is changed; the macvlans are made in the lab's namespaces, and go
   * with them.
   *
   * @throws UsageError when there is no such NIC, or no macvlan can be of use there (down, a port of a bridge, wireless);
   * KernelError `EPERM` without root
   * @example const m1 = ns1.macvlan({ parent: lab.uplink('enp0s5'), mode: 'vepa', address: '192.168.1.201/24' })
   */
  uplink(name: string): Uplink {
    this.#checkOpen('lab.uplink');
    const uplink = this.#uplinks.get(name) ?? openUplink(this, name);
    this.#uplinks.set(name, uplink);
    return uplink;
  }

  /**
   * Takes in what programs made in the lab's namespaces: afterwards each such device is an {@link Interface} like the
   * lab's own, a macvlan with its parent and mode, a port with its bridge. What they deleted, moved or renamed is noted, too.
   *
   * @returns the interfaces that are new
   * @example
   * await ns1.exec('ip', ['link', 'add', 'dummy0', 'type', 'dummy']);
   * lab.discover();
   */
  discover(): Interface[] {
    this.#checkOpen('lab.discover');
    return discover(this.namespaces);
  }

  /**
   * Ends the lab: kills the programs that run in it and lets go of every namespace. A second call waits for the first.
   *
   * @throws AggregateError of everything that went wrong, after the rest is done
   */
  close(): Promise<void> {
    this.#closing ??= this.registerEnd(this.#close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `lab [ns1, ns2, sw]`, for `console.log`. */
  [inspect.custom](): string {
    return `lab [${this.namespaces.join(', ')}]`;
  }

  /** Waits until every address that the lab gave can be asked for; probes do so before the first packet. */
  async settled(): Promise<void> {
    await Promise.all(this.namespaces.map((namespace) => namespace.settled()));
  }

  /**
   * The next device's ifindex. Unique in the lab: a veth whose index equals its peer's hears of its carrier late (`linkwatch_urgent_event`).
   *
   * @internal
   */
  nextIndex(): number {
    const index = this.#index++;
    // A real NIC's children hear late of its carrier as well, when they have its index.
    return [...this.#uplinks.values()].some((uplink) => uplink.index === index) ? this.nextIndex() : index;
  }

  /**
   * What a new namespace of this lab has of a sysctl: read in the first one, since a write costs as much as a read, and
   * what the host hands on does not change while a lab is being built.
   * @internal
   */
  inherited(sysctl: string, read: () => string): string {
    const known = this.#inherited.get(sysctl);
    if (known !== undefined) return known;
    const value = read();
    this.#inherited.set(sysctl, value);
    return value;
  }

  /**
   * Registers what has just been made, to be closed with the lab.
   *
   * @internal
   */
  own<T extends Resource>(resource: T): T {
    return this.#resources.add(resource);
  }

  /**
   * Registers that a spec runs something in a namespace, which may start programs there.
   *
   * @throws UsageError when the lab is closed or closing: nobody would end the programs
   *
   * @internal
   */
  ranIn(namespace: Namespace, method = 'run'): void {
    this.#checkOpen(`${namespace.name}.${method}`);
    this.#ranIn.add(namespace);
    this.#visits++;
    hideMachinesInterfaces();
    this.programs.reapIn(this.#reachable().map(({ handle }) => handle));
  }

  /**
   * Registers that a spec has been told a namespace's path: whoever has it may act there at any time.
   *
   * @internal
   */
  tellPath(namespace: Namespace): void {
    this.ranIn(namespace, 'path');
    this.#isPathKnown = true;
  }

  /**
   * Namespaces that a spec's program may be in: from one it may enter any other (`setns`). A foreign namespace counts only
   * after a spec ran something in it.
   */
  #reachable(): Namespace[] {
    if (this.#ranIn.size === 0) return [];
    return this.namespaces.filter((namespace) => !namespace.foreign || this.#ranIn.has(namespace));
  }

  /**
   * Whether it has a way to a real network, whose nodes and addresses are not the lab's.
   *
   * @internal
   */
  get hasUplink(): boolean {
    return this.#uplinks.size > 0;
  }

  /**
   * Whether hairpin alone has ever acted in it. Once a spec has run a program or a function in a namespace, or the lab has
   * a container, the network may have more than hairpin knows of, and must be read.
   *
   * @internal
   */
  get isPristine(): boolean {
    return this.#visits === 0 && this.namespaces.every(({ foreign }) => !foreign);
  }

  /**
   * Whether others may come without asking the lab: it has a container, or a spec was told a namespace's path.
   *
   * @internal
   */
  get isOpenToOthers(): boolean {
    return this.#isPathKnown || this.namespaces.some(({ foreign }) => foreign);
  }

  /**
   * How often a spec has run something in a namespace, or taken its path: what is known of programs that have ended
   * is good until there is one more.
   *
   * @internal
   */
  get visits(): number {
    return this.#visits;
  }

  /**
   * Makes a namespace, of whatever kind, and takes it into the lab; `method` is what a spec has called.
   *
   * @internal
   */
  enrol<T extends Namespace>(method: string, name: string, make: () => T): T {
    this.checkNew(method, name);
    const namespace = this.#resources.undoUnlessMade(make);
    this.#namespaces.set(name, namespace);
    if (this.#ranIn.size > 0 && !namespace.foreign) this.programs.reapIn([namespace.handle]);
    return namespace;
  }

  /**
   * @throws UsageError when the lab is closed, or the name cannot be or is taken
   *
   * @internal
   */
  checkNew(method: string, name: unknown): asserts name is string {
    this.#checkOpen(`lab.${method}`);
    checkNamespaceName(`lab.${method}`, name, (taken) => this.#namespaces.has(taken));
  }

  #checkOpen(call: string): void {
    checkLabOpen(call, this);
  }

  async #close(): Promise<void> {
    const errors: unknown[] = [];
    const attempt = async (step: () => unknown) => {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    };
    errors.push(...this.programs.failed.map(({ error }) => unawaitedFailure(error)));
    await attempt(() => this.programs.end(() => this.#resources.makeRoom()));
    // The kernel takes namespaces down some time later (cleanup_net); a real NIC is as it was when this returns.
    for (const uplink of this.#uplinks.values()) await attempt(() => uplink.release());
    for (const resource of this.#resources.takeAll()) await attempt(() => resource.close());
    await roomToClose();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 0) throw new AggregateError(errors, `closing the lab: ${errors.map(String).join('; ')}`);
  }

  /**
   * Registers the end of the lab as something that a spec waits for.
   *
   * @internal
   */
  protected registerEnd(end: Promise<void>): Promise<void> {
    if (this.#isEnding) return end;
    this.#isEnding = true;
    const state = () => this.#describeEnd();
    const frames = framesOf(this.close);
    registerWait({ lab: this, words: 'lab.close()', frames, isAwaited: true, since: now(), state }, end);
    return end;
  }

  /** What the end waits for. */
  #describeEnd(): string[] {
    const processes = this.programs.left().map(describeProcess);
    if (processes.length > 0) return ['It waits for the end of what runs in the lab:', ...indented(processes)];
    const open = this.programs.running.map(({ words }) => words);
    if (open.length > 0) return ['It waits for the end of the output of', ...indented(open)];
    return ['It waits for the kernel to close its sockets.'];
  }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
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
