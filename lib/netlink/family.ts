import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../kernel/constants.ts';
import type { Type } from './codec/type.ts';
import type { Names } from './names.ts';
import type { Causes, Request } from './request.ts';

/** What can be asked of a family of objects. */
export type Verb = keyof typeof VERBS;

/** iproute2's words for them. */
const VERBS = {
  add: 'add',
  replace: 'replace',
  append: 'append',
  change: 'change',
  delete: 'del',
  get: 'get',
  list: 'show',
} as const;

/** Where a message's number is, counted from that of `RTM_NEW…` (linux/rtnetlink.h). */
const OFFSETS = { new: 0, delete: 1, get: 2, set: 3 } as const;

/** A family of objects, such as addresses: what its messages are made of. */
interface FamilyOptions<R, W, State, Config> {
  /** iproute2's program, and its object: `['ip', 'address']`. */
  command: readonly [tool: 'ip' | 'bridge' | 'tc', object: string];
  /** The kernel's name of the messages, and the number of the one that makes an object: `['ADDR', 20]` for `RTM_NEWADDR`. */
  messages: readonly [name: string, number: number];
  /** The family of netlink that takes its messages (`NETLINK_XFRM`). @default NETLINK_ROUTE */
  protocol?: number;
  /** What follows `nlmsghdr`. */
  body: Type<R, W>;
  /** The same for verbs whose messages have another body. */
  bodies?: Partial<Record<Verb, Type<unknown, W>>>;
  /** What is sent for a config. @default the config itself */
  complete?: (config: Config, verb: Verb) => W;
  /** What the kernel's answer says. @default the body as it is read */
  state?: (body: R) => State;
  /** The message that makes an object, and the one that changes one. @default 'new' */
  makes?: 'new' | 'set';
  changes?: 'new' | 'set';
  /** Other verbs than usual. */
  verbs?: Partial<Record<Verb, string>>;
  /** The words behind the verb, but for `list`; `rest` are those of the body's attributes. @default these alone */
  words?: (config: Config, names: Names, rest: readonly string[], verb: Verb) => readonly (string | undefined)[];
  /** The words of a list. @default those of the attributes alone */
  listWords?: (config: Config, names: Names) => readonly string[];
  /** Its words say its version of IP (`ip -6`) for every verb, not for `list` alone. @default false */
  saysFamily?: boolean;
  /** What a new object needs of the kernel. */
  feature?: (config: Config) => string | undefined;
}

/**
 * A family of objects that the kernel has, such as addresses. Its methods make requests; a {@link NetlinkSocket} sends
 * them.
 *
 * @example socket.change(ipAddress.add({ index: 7, family: 4, address: '10.0.0.1', length: 24 }))
 */
export class Family<R, W extends object, State = R, Config extends object = W> {
  readonly options: FamilyOptions<R, W, State, Config>;

  constructor(options: FamilyOptions<R, W, State, Config>) {
    this.options = options;
  }

  /** Makes an object that is not there yet. */
  add(config: Config, causes?: Causes): Request {
    return this.#request('add', this.options.makes ?? 'new', NLM_F_CREATE | NLM_F_EXCL, config, causes);
  }

  /** Makes an object, or changes the one that is there. */
  replace(config: Config, causes?: Causes): Request {
    return this.#request('replace', 'new', NLM_F_CREATE | NLM_F_REPLACE, config, causes);
  }

  /** Makes an object beside one that the kernel tells apart from it by nothing that `add` looks at. */
  append(config: Config, causes?: Causes): Request {
    return this.#request('append', 'new', NLM_F_CREATE | NLM_F_APPEND, config, causes);
  }

  /** Changes an object that is there. */
  change(config: Config, causes?: Causes): Request {
    return this.#request('change', this.options.changes ?? 'new', 0, config, causes);
  }

  delete(config: Config, causes?: Causes): Request {
    return this.#request('delete', 'delete', 0, config, causes);
  }

  /** Asks for one object. */
  get(config: Config): Request<State> {
    return this.#request('get', 'get', 0, config);
  }

  /** Asks for all objects, or for those that match `filter`, where the kernel can filter. */
  all(filter: Config = {} as Config): Request<State> {
    return this.#request('list', 'get', 0, filter);
  }

  /** Whether a message of this type tells of an object that is new or changed. */
  isNew(type: number): boolean {
    return type === this.options.messages[1] + OFFSETS.new;
  }

  /** Whether a message of this type tells of the end of an object. */
  isGone(type: number): boolean {
    return type === this.options.messages[1] + OFFSETS.delete;
  }

  /** Reads the body of a message. @throws RangeError when it is none */
  read(body: Buffer): State {
    const read = this.options.body.read(body);
    return this.options.state ? this.options.state(read) : (read as unknown as State);
  }

  /** As {@link all}, each with the bytes that it came in: what `ip route save` writes. */
  saved(filter: Config = {} as Config): Request<{ state: State; body: Buffer }> {
    const request = this.all(filter);
    return { ...request, read: (body) => ({ state: request.read(body), body: Buffer.from(body) }) };
  }

  /** Gives the bytes of an object back, as `ip route restore` does. */
  restore(body: Buffer, flags: number): Request {
    const { messages, command } = this.options;
    return {
      type: messages[1],
      flags,
      write: (to) => to.put(body),
      read: () => undefined,
      words: (names) => [...toolWords(command[0], names), command[1], 'restore'].join(' '),
      pathAt: (bytes, offset) => this.options.body.pathAt?.(bytes, offset) ?? [],
    };
  }

  #request(verb: Verb, message: keyof typeof OFFSETS, flags: number, config: Config, causes?: Causes): Request<State> {
    const { messages, protocol, body, bodies, complete, feature } = this.options;
    const object = () => complete?.(config, verb) ?? (config as unknown as W);
    const sent: Type<unknown, W> = bodies?.[verb] ?? body;
    return {
      ...{ type: messages[1] + OFFSETS[message], protocol, flags },
      write: (to) => sent.write(to, object()),
      read: (bytes) => this.read(bytes),
      words: (names) => this.#words(verb, config, sent.words(object(), names), names),
      pathAt: (bytes, offset) => sent.pathAt?.(bytes, offset) ?? [],
      causes,
      feature: verb === 'add' ? feature?.(config) : undefined,
    };
  }

  #words(verb: Verb, config: Config, rest: readonly string[], names: Names): string {
    const { command, verbs, words = () => rest, listWords = () => rest } = this.options;
    const [tool, object] = command;
    const namesFamily = this.options.saysFamily || verb === 'list';
    const family = namesFamily && 'family' in config && config.family ? [`-${config.family}`] : [];
    const behind = verb === 'list' ? listWords(config, names) : words(config, names, rest, verb);
    const all = [...toolWords(tool, names), ...family, object, verbs?.[verb] ?? VERBS[verb], ...behind];
    return all.filter((word) => word !== undefined).join(' ');
  }
}

/** The program, with `-n` and the namespace that it is to work in. */
export function toolWords(tool: string, { namespace }: Names): string[] {
  return namespace === undefined ? [tool] : [tool, '-n', namespace];
}
