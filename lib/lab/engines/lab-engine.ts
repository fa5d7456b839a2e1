import { entryOf } from '../../base/entry-of.ts';
import { checkNamespaceName } from '../../base/validate.ts';
import type { Advertisement } from '../advertisement.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import type { Partition } from '../faults/partition.ts';
import type { Lab } from '../lab.ts';
import { SegmentPlan } from '../making/segment-plan.ts';
import type { Namespace } from '../namespace.ts';
import { CallsToAwait } from '../programs/calls-to-await.ts';
import { Programs } from '../programs/programs.ts';
import { AddressBook } from '../tables/address-book.ts';
import type { Uplink } from '../uplink.ts';
import { engineOf } from './engine.ts';
import { Resources } from './resources.ts';
import { Visits } from './visits.ts';

/** Where a lab's device indexes begin: above `lo` and the fallback tunnels that a kernel may put into each namespace. */
export const FIRST_INDEX = 100;

/** What is behind a {@link Lab}: all that it has made, and what it knows of it. */
export class LabEngine {
  readonly lab: Lab;
  readonly segments = new SegmentPlan();
  readonly addresses = new AddressBook();
  /** What runs in the lab; it ends with the lab. */
  readonly programs = new Programs();
  readonly callsToAwait = new CallsToAwait();
  /** What is to be closed with the lab. */
  readonly resources = new Resources();
  /** By their names, in the order in which they were made. */
  readonly namespaces = new Map<string, Namespace>();
  /** By the names of their NICs. */
  readonly uplinks = new Map<string, Uplink>();
  /** Those that are in force, by the name of their tables. */
  readonly partitions = new Map<string, Partition>();
  /** Those that are being sent. */
  readonly advertisements = new Set<Advertisement>();
  /** What a failure's evidence has besides: texts of other layers, by the names of their files. */
  readonly evidence: { file: string; text: () => string }[] = [];
  readonly visits: Visits;
  /** The end of the lab, from the call of `close` on. */
  closing: Promise<void> | undefined;
  readonly #inherited = new Map<string, string>();
  #index = FIRST_INDEX;

  constructor(lab: Lab) {
    this.lab = lab;
    this.visits = new Visits(this);
  }

  /**
   * The next device's ifindex. Unique in the lab: a veth whose index equals its peer's hears of its carrier late (`linkwatch_urgent_event`).
   */
  nextIndex(): number {
    const index = this.#index++;
    // A real NIC's children hear late of its carrier as well, when they have its index.
    return [...this.uplinks.values()].some((uplink) => uplink.index === index) ? this.nextIndex() : index;
  }

  /**
   * What a new namespace of this lab has of a sysctl. It is read in the first namespace only: a read costs as much as a write, and
   * what the host hands on does not change while a lab is being built.
   */
  inherited(sysctl: string, read: () => string): string {
    return entryOf(this.#inherited, sysctl, read);
  }

  /** @throws UsageError when the lab is closed, or the name is wrong or taken; `method` is what a spec has called */
  checkNew(method: string, name: unknown): void {
    checkLabOpen(`lab.${method}`, this.lab);
    checkNamespaceName(`lab.${method}`, name, (taken) => this.namespaces.has(taken));
  }

  /** Makes a namespace, of whatever kind, and adds it to the lab. What a failed attempt has opened is closed at once. */
  addNamespace<N extends Namespace>(method: string, name: string, make: () => N): N {
    this.checkNew(method, name);
    const namespace = this.resources.undoUnlessMade(make);
    this.namespaces.set(name, namespace);
    this.visits.include(engineOf(namespace));
    return namespace;
  }

  /** Whether it has a way to a real network, whose nodes and addresses are not the lab's. */
  get hasUplink(): boolean {
    return this.uplinks.size > 0;
  }

  /**
   * Whether hairpin alone has ever acted in it. Once a spec has run a program or a function in a namespace, or put a fault
   * there, or the lab has a container, the network may have more than hairpin knows of, and must be read.
   */
  get isPristine(): boolean {
    return this.visits.count === 0 && !this.#hasForeign;
  }

  /** Whether others may come without asking the lab: it has a container, or a spec knows the path of a namespace. */
  get isOpenToOthers(): boolean {
    return this.visits.isPathKnown || this.#hasForeign;
  }

  get #hasForeign(): boolean {
    return [...this.namespaces.values()].some((namespace) => engineOf(namespace).foreign);
  }
}
