import { AF_BRIDGE } from '../../kernel/constants.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { ipLink } from '../../netlink/link.ts';
import type { Reply } from '../../netlink/message.ts';
import { Monitor } from '../../netlink/monitor.ts';
import { deviceNames, type EntryKind, type EntrySource, nameOfLink } from './entry-kind.ts';

/** What the kernel told of an entry: it is new or changed, or it is gone. */
interface EntryEvent<Entry extends object = object> {
  isGone: boolean;
  entry: Entry;
}

/** For events that have not been read yet, in bytes. */
const ROOM = 4 << 20;

/** Hears of every change of a namespace's entries of one kind. Ready when it is made. */
export class EntryMonitor<Entry extends object> implements Disposable {
  readonly #kind: EntryKind<Entry>;
  readonly #monitor: Monitor;
  readonly #names: Map<number, string>;

  constructor({ netns, rtnetlink }: EntrySource & { netns: NetNamespace }, kind: EntryKind<Entry>) {
    this.#kind = kind;
    this.#monitor = new Monitor(netns, [...kind.monitored, 'link'], { room: ROOM });
    this.#names = deviceNames(rtnetlink);
  }

  /** Waits until there may be something new, at most so many milliseconds. */
  wait(milliseconds: number): Promise<boolean> {
    return this.#monitor.wait(milliseconds);
  }

  /**
   * What was told since this was last asked. `isLost`: the kernel had no room for some of it. `maySilentlyEnd`: a link,
   * an address or a nexthop went, and entries with it of which the kernel does not tell.
   */
  take(): { events: EntryEvent<Entry>[]; isLost: boolean; maySilentlyEnd: boolean } {
    const { messages, isLost } = this.#monitor.take();
    const maySilentlyEnd = messages.some((message) => this.#kind.endsSilently?.(message));
    return { events: messages.flatMap((message) => this.#read(message)), isLost, maySilentlyEnd };
  }

  close(): void {
    this.#monitor.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(message: Reply): EntryEvent<Entry>[] {
    // A name stays known behind its device: what went with it is told of later.
    if (ipLink.isNew(message.type) && message.body[0] !== AF_BRIDGE) {
      const { index, name } = nameOfLink(message.body);
      this.#names.set(index, name);
    }
    const told = this.#kind.told(message, this.#names);
    return told?.entries.map((entry) => ({ isGone: told.isGone, entry })) ?? [];
  }
}
