import { checkOneOf } from '../base/validate.ts';
import type { EntryKind } from '../state/entries/entry-kind.ts';
import { MONITORED, type MonitoredEntry, type MonitoredObject } from '../state/entries/entry-kinds.ts';
import { EntryMonitor } from '../state/entries/entry-monitor.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf, setEngine } from './engines/engine.ts';
import type { Namespace } from './namespace.ts';

/** A change that the kernel reported: the object as it is now or, with `deleted`, as it was. */
export type Event<K extends MonitoredObject = MonitoredObject> = MonitoredEntry<K> & { deleted: boolean };

/** How long one wait of an iteration is, in milliseconds: a timer keeps a process alive no longer. */
const A_WHILE = 1000;

/**
 * The kernel's messages about one kind of objects of a namespace, since {@link Namespace.monitor} made it. It ends with its
 * scope (`using`), or with its lab.
 */
export class Events<K extends MonitoredObject = MonitoredObject> implements Disposable, AsyncIterable<Event<K>> {
  readonly namespace: Namespace;
  readonly object: K;
  readonly #heard: Heard;

  constructor(namespace: Namespace, object: K, heard: Heard) {
    this.namespace = namespace;
    this.object = object;
    this.#heard = heard;
    setEngine(this, heard);
  }

  /**
   * All events until now, in order.
   *
   * @throws Error when the kernel had no room for some of them (`ENOBUFS`)
   */
  all(): Event<K>[] {
    this.#heard.read();
    if (this.#heard.isLost) throw this.#lost();
    return [...this.#heard.events] as unknown[] as Event<K>[];
  }

  /**
   * The events one by one, earlier ones first. It waits for the next until the monitor is closed.
   *
   * @throws Error when the kernel had no room for some of them (`ENOBUFS`)
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event<K>, void, undefined> {
    for (let next = 0; ; ) {
      const all = this.all();
      for (; next < all.length; next++) yield all[next] as Event<K>;
      if (this.#heard.closed) return;
      await this.#heard.wait(A_WHILE);
    }
  }

  /** Stops listening. The events until then stay. A second call does nothing. */
  close(): void {
    this.#heard.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** As in `ns1.monitor('route')`. */
  toString(): string {
    return `${this.namespace}.monitor('${this.object}')`;
  }

  toJSON(): string {
    return this.toString();
  }

  #lost(): Error {
    return new Error(`${this}: the kernel had no room for some events (ENOBUFS), so they are lost`);
  }
}

/** Makes a monitor; {@link Namespace.monitor} is this. */
export function monitor<K extends MonitoredObject>(namespace: Namespace, object: K): Events<K> {
  const call = `${namespace}.monitor`;
  checkLabOpen(call, namespace.lab);
  checkOneOf(call, 'object', object, Object.keys(MONITORED));
  const kind: EntryKind = MONITORED[object];
  const heard = new Heard(new EntryMonitor(engineOf(namespace), kind));
  engineOf(namespace.lab).resources.add(heard);
  return new Events(namespace, object, heard);
}

/** What listens to the kernel: an `EntryMonitor`, as far as a spec's monitor needs it. */
interface Listener {
  wait(milliseconds: number): Promise<boolean>;
  take(): { events: readonly { isGone: boolean; entry: object }[]; isLost: boolean; maySilentlyEnd: boolean };
  close(): void;
}

/** What a monitor has heard. Several may wait for it at once. */
export class Heard {
  readonly events: Event[] = [];
  /** The kernel had no room for some events. */
  isLost = false;
  /** Objects may have gone that the kernel does not tell of. */
  maySilentlyEnd = false;
  closed = false;
  readonly #monitor: Listener;

  constructor(monitor: Listener) {
    this.#monitor = monitor;
  }

  /** Reads what has come. */
  read(): void {
    if (this.closed) return;
    const { events, isLost, maySilentlyEnd } = this.#monitor.take();
    this.isLost ||= isLost;
    this.maySilentlyEnd ||= maySilentlyEnd;
    this.events.push(...events.map(({ isGone, entry }) => ({ ...entry, deleted: isGone }) as Event));
  }

  /** Waits until there may be something new, at most so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.closed) await this.#monitor.wait(milliseconds);
  }

  close(): void {
    if (this.closed) return;
    this.read();
    this.closed = true;
    this.#monitor.close();
  }
}
