import { body } from '../../netlink/codec/body.ts';
import { string } from '../../netlink/codec/scalars.ts';
import { attribute, table } from '../../netlink/codec/table.ts';
import { ipLink, linkHeader } from '../../netlink/link.ts';
import type { Reply } from '../../netlink/message.ts';
import type { Monitored } from '../../netlink/monitor-groups.ts';
import type { Request } from '../../netlink/request.ts';
import type { Fields } from './fields.ts';

/** What asks the kernel: a `NetlinkSocket`, as far as entries need it. By its name, the package's types would lead inside. */
interface Lister {
  list<Answer>(request: Request<Answer>): Answer[];
}

/** A namespace that can be read; the engine of a `Namespace` is one. */
export interface EntrySource {
  readonly rtnetlink: Lister;
}

/** The devices of a namespace, by their index. */
export type DeviceNames = ReadonlyMap<number, string>;

/** Objects of one kind that a namespace has, such as routes, as a spec sees them: with names in place of numbers. */
export interface EntryKind<Entry extends object = object> {
  /** What messages call one: `route`. */
  readonly noun: string;
  readonly fields: Fields<Entry>;
  /** Whose changes may be changes of these. */
  readonly monitored: readonly Monitored[];
  /** All of a namespace, as `ip` or `bridge` lists them. */
  list(source: EntrySource, names?: DeviceNames): Entry[];
  /** What a message of the kernel's says of such objects; undefined for a message of something else. */
  told(message: Reply, names: DeviceNames): { isGone: boolean; entries: Entry[] } | undefined;
  /** Whether a message is of the end of something with which entries go, of which the kernel does not tell. @default they do not */
  readonly endsSilently?: ((message: Reply) => boolean) | undefined;
  /** Whether an entry is of the device of that name. */
  isOf(entry: Entry, device: string): boolean;
  /** What follows from what a spec says of one, such as the family of `::/0`. */
  complete?: ((expected: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | undefined;
}

/** A `Family` of netlink, as far as entries need it. */
interface EntryFamily<State> {
  isNew(type: number): boolean;
  isGone(type: number): boolean;
  read(body: Buffer): State;
  all(): Request<State>;
}

interface EntryDescription<State, Entry extends object>
  extends Pick<EntryKind<Entry>, 'noun' | 'fields' | 'isOf' | 'complete' | 'endsSilently'> {
  /** Whose changes to hear of; the first are the objects themselves. */
  monitored: readonly Monitored[];
  /** The messages that they travel in. */
  family: EntryFamily<State>;
  /** Asks for all of them. @default one list of the family */
  requests?: readonly Request<State>[];
  /** Whether a message is of such an object, where several share a number. @default every one */
  isTold?: (family: number) => boolean;
  entries: (state: State, names: DeviceNames) => Entry[];
}

/** Describes a kind of objects. */
export function describeEntry<State, Entry extends object>(
  description: EntryDescription<State, Entry>,
): EntryKind<Entry> {
  const {
    noun,
    monitored,
    family,
    requests = [family.all()],
    isTold = () => true,
    entries,
    isOf,
    complete,
    endsSilently,
  } = description;
  return {
    ...{ noun, monitored, isOf, complete, endsSilently },
    // Those of links depend on the kinds that there are by then.
    get fields() {
      return description.fields;
    },
    list: ({ rtnetlink }, names = deviceNames(rtnetlink)) =>
      requests.flatMap((request) => rtnetlink.list(request)).flatMap((state) => entries(state, names)),
    told: ({ type, body: bytes }, names) => {
      const isGone = family.isGone(type);
      if (!(isGone || family.isNew(type)) || !isTold(bytes[0] ?? 0)) return undefined;
      return { isGone, entries: entries(family.read(bytes), names) };
    },
  };
}

const nameOnly = body(linkHeader, table({ name: attribute('IFLA_IFNAME', 3, string, { ifAbsent: '' }) }));

/** The name and the index that a message of a device has. */
export function nameOfLink(message: Buffer): { index: number; name: string } {
  return nameOnly.read(message);
}

/** The names of a namespace's devices. */
export function deviceNames(rtnetlink: Lister): Map<number, string> {
  // Of each device the kernel says fifty things more.
  const named = { ...ipLink.all(), read: nameOfLink };
  return new Map(rtnetlink.list(named).map(({ index, name }) => [index, name]));
}

/** A device by its name; as `ip` writes one that is not here, or gone: `if7`. */
export function nameIn(names: DeviceNames, index: number): string {
  return names.get(index) ?? `if${index}`;
}

/** As {@link nameIn}, where there may be no device. */
export function nameOrNone(names: DeviceNames, index: number | undefined): string | undefined {
  return index === undefined || index === 0 ? undefined : nameIn(names, index);
}
