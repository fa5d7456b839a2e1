import { isPlainObject } from '../../base/plain-object.ts';
import { checkOptions } from '../../base/validate.ts';
import type { GenericRequest } from '../../netlink/generic/generic-family.ts';
import { withNumber } from '../../netlink/generic/with-number.ts';
import type { Request } from '../../netlink/request.ts';
import { deviceNames } from '../../state/entries/entry-kind.ts';
import { checkOptionValues, type Fields } from '../../state/entries/fields.ts';
import type { Given, ObjectKind } from '../../state/objects/object-kind.ts';
import { objectSockets } from '../../state/objects/object-sockets.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { deviceOf } from './route-options.ts';

/** The objects of one kind that a namespace has, such as the ports of FOU. */
export class ObjectTable<Options extends object, Key extends object, Entry extends object> {
  readonly #namespace: Namespace;
  readonly #kind: ObjectKind;

  constructor(namespace: Namespace, kind: ObjectKind) {
    this.#namespace = namespace;
    this.#kind = kind;
  }

  /**
   * Adds one.
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST`, or the like, when there is one already, `ENOENT` when the kernel has no
   * such objects
   * @example a.addrlabel.add({ prefix: 'fd01::/64', label: 7 })
   */
  add(options: Options): void {
    change(`${this.#of}.add`, this.#namespace, [options], (call) => {
      const known = Object.keys(this.#kind.fields);
      send(this.#namespace, this.#kind.add(this.#parse(call, options, known, true)));
    });
  }

  /**
   * Deletes one, by what tells it from the others.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT`, `ESRCH` or `EINVAL` when there is none
   * @example a.fou.delete({ port: 5555 })
   */
  delete(key: Key): void {
    change(`${this.#of}.delete`, this.#namespace, [key], (call) => {
      const request = this.#kind.delete?.(this.#parse(call, key, this.#kind.identity, false));
      if (request) send(this.#namespace, request);
    });
  }

  /** Those that the kernel has now. */
  list(): Entry[] {
    ask(`${this.#of}.list`, this.#namespace);
    return listEntries(this.#namespace, this.#kind) as Entry[];
  }

  get #of(): string {
    return `${this.#namespace}.${this.#kind.table}`;
  }

  #parse(call: string, options: object, known: readonly string[], isNew: boolean): object {
    return parseObject(call, this.#namespace, this.#kind, options, { known, isNew });
  }
}

/** @throws UsageError */
export function parseObject(
  call: string,
  namespace: Namespace,
  kind: ObjectKind,
  options: object,
  { known, isNew }: { known: readonly string[]; isNew: boolean },
): object {
  checkOptions(call, options, known);
  const nameOf = (value: unknown) => (value instanceof Interface ? value.name : value);
  const checked = checkOptionValues(call, kind.fields as Fields, options, nameOf);
  return kind.parse(call, withDevices(namespace, options, checked) as Given<object>, isNew);
}

/** Options with the ifindex of each device, as `device`. */
function withDevices(namespace: Namespace, options: object, checked: object): object {
  const { dev, ...given } = options as Record<string, unknown>;
  const { dev: _, ...rest } = checked as Record<string, unknown>;
  const inner = Object.entries(given).filter(([, value]) => isPlainObject(value));
  return {
    ...rest,
    ...Object.fromEntries(
      inner.map(([name, value]) => [name, withDevices(namespace, Object(value), Object(rest[name]))]),
    ),
    device: dev === undefined ? undefined : deviceOf(namespace, dev as Interface | string),
  };
}

/** The objects in the words of a spec. */
export function listEntries(namespace: Namespace, kind: ObjectKind): object[] {
  const { rtnetlink, sockets } = engineOf(namespace);
  const names = deviceNames(rtnetlink);
  const states = kind.list(objectSockets(rtnetlink, sockets));
  return states.map((state) => kind.entry(state, names));
}

/** Has a change made by the socket that it is for. */
export function send(namespace: Namespace, request: Request | GenericRequest): void {
  const { rtnetlink, sockets } = engineOf(namespace);
  const socket = request.protocol === undefined ? rtnetlink : sockets.of(request.protocol);
  socket.change('family' in request ? withNumber(socket, request) : request);
}
