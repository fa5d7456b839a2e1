import type { Request } from '../../netlink/request.ts';
import type { DeviceNames } from '../entries/entry-kind.ts';
import type { Fields } from '../entries/fields.ts';

/** What asks the kernel: a `NetlinkSocket`, as far as objects need it. By its name, the package's types would lead inside. */
interface Asker {
  get<Answer>(request: Request<Answer>): Answer;
  list<Answer>(request: Request<Answer>): Answer[];
}

/** The sockets that objects are asked for with. */
export interface ObjectSockets {
  readonly rtnetlink: Asker;
  readonly generic: Asker;
  /** Undefined in a kernel that has not loaded IPsec (`NETLINK_XFRM`). */
  readonly xfrm: Asker | undefined;
  /** The families of generic netlink that the kernel has loaded, with their numbers. */
  readonly families: ReadonlyMap<string, number>;
}

/**
 * A kind of objects that a namespace keeps beside its devices and routes, such as the ports of FOU: all that hairpin knows of it. Scripts,
 * topology files and the tables of a namespace follow from it.
 *
 * @template State an object as netlink has it
 * @template Entry the same in the words of a spec
 */
export interface ObjectKind<State extends object = object, Entry extends object = object> {
  /** Its list in a topology file. */
  readonly key: string;
  /** The table in a spec: `mptcp.endpoint`. */
  readonly table: string;
  /** The command of iproute2: `ip mptcp endpoint`. */
  readonly command: string;
  /** The kernel's option for it: `CONFIG_MPTCP`. */
  readonly needs: string;
  /** What messages call one: `FOU port`. */
  readonly noun: string;
  /** Of its part of a script. */
  readonly title: string;
  readonly fields: Fields<Entry>;
  /** The options that `delete` takes. */
  readonly identity: readonly string[];
  /** It is one set of settings, which is there in any case. */
  readonly isSetting?: true;
  /** All of a namespace. A kernel that has not loaded the kind has none. */
  list(sockets: ObjectSockets): readonly State[];
  add(state: State): Request;
  /** Undefined for settings, which are there in any case. */
  delete?(state: State): Request;
  /**
   * What a spec says, as netlink has it.
   *
   * @param options checked, each for itself
   * @param isNew false: it is to be deleted
   * @throws UsageError for options that do not go together
   */
  parse(call: string, options: Given<Entry>, isNew: boolean): State;
  entry(state: State, names: DeviceNames): Entry;
  /** What an object that is made once more must not say: what the kernel chooses. */
  remade?(state: State): State | undefined;
  /** Why an object cannot be made once more; undefined if it can. */
  whyNot?(state: State): string | undefined;
  /** The same without its secrets, for what is written down. */
  withoutSecrets?(state: State): State;
}

/** The options of a call; a device is its ifindex, here and in objects among them. */
export type Given<Entry> = { readonly [K in keyof Entry]?: Entry[K] } & { readonly device?: number | undefined };
