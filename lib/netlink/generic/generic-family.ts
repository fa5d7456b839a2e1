import { NETLINK_GENERIC } from '../../kernel/constants.ts';
import { body } from '../codec/body.ts';
import type { Rows, Table } from '../codec/table.ts';
import { toolWords } from '../family.ts';
import type { Names } from '../names.ts';
import type { Causes, Request } from '../request.ts';
import { genericHeader } from './generic.ts';

/** What can be asked of such a family. */
type Verb = 'add' | 'change' | 'set' | 'delete' | 'list' | 'show';

/** iproute2's words for the verbs that it has another word for. */
const WORDS: Readonly<Partial<Record<Verb, string>>> = { delete: 'del', list: 'show' };

interface GenericFamilyOptions<F extends Rows, State, Config> {
  /** iproute2's words for its objects: `['ip', 'mptcp', 'endpoint']`. */
  command: readonly string[];
  /** The kernel's name of the family, which it has a number for. */
  name: string;
  /** What a kernel without the family lacks: `CONFIG_NET_FOU (modprobe fou)`. */
  needs: string;
  attributes: Table<F>;
  /** The numbers of its commands (`FOU_CMD_ADD`). */
  commands: Readonly<Partial<Record<Verb, number>>>;
  complete: (config: Config, verb: Verb) => Parameters<Table<F>['write']>[1];
  state: (read: ReturnType<Table<F>['read']>) => State;
  /** The words behind the verb. */
  words: (config: Config, names: Names, verb: Verb) => readonly string[];
  /** The words before its object, such as `-6`. */
  before?: (config: Config) => readonly string[];
}

/** A request to a family of generic netlink. `withNumber` gives it the number that the kernel has for the family. */
export interface GenericRequest<Answer = unknown> extends Request<Answer> {
  readonly family: string;
  readonly needs: string;
}

/** A family of objects of generic netlink, such as the ports of FOU. */
export class GenericFamily<F extends Rows, State, Config = State> {
  readonly options: GenericFamilyOptions<F, State, Config>;

  constructor(options: GenericFamilyOptions<F, State, Config>) {
    this.options = options;
  }

  add(config: Config, causes?: Causes): GenericRequest {
    return this.#request('add', config, causes);
  }

  /** Changes an object that is there. */
  change(config: Config): GenericRequest {
    return this.#request('change', config);
  }

  /** Changes settings that are there in any case. */
  set(config: Config): GenericRequest {
    return this.#request('set', config);
  }

  delete(config: Config, causes?: Causes): GenericRequest {
    return this.#request('delete', config, causes);
  }

  /** All objects. */
  all(): GenericRequest<State> {
    return this.#request('list', {} as Config);
  }

  /** The settings. */
  show(): GenericRequest<State> {
    return this.#request('show', {} as Config);
  }

  #request(verb: Verb, config: Config, causes?: Causes): GenericRequest<State> {
    const { command, name, needs, attributes, commands, complete, state, words, before = () => [] } = this.options;
    const whole = body(genericHeader, attributes);
    const [tool = 'ip', ...object] = command;
    const isQuestion = verb === 'list' || verb === 'show';
    return {
      ...{ family: name, needs, protocol: NETLINK_GENERIC, type: 0, flags: 0, causes },
      write: (to) => {
        const values = isQuestion ? {} : complete(config, verb);
        whole.write(to, { ...values, command: commands[verb] ?? 0, version: 1 } as never);
      },
      read: (bytes) => state(whole.read(bytes) as never),
      words: (names) =>
        [
          ...toolWords(tool, names),
          ...(isQuestion ? [] : before(config)),
          ...[...object, WORDS[verb] ?? verb, ...(isQuestion ? [] : words(config, names, verb))],
        ].join(' '),
      pathAt: (bytes, offset) => whole.pathAt?.(bytes, offset) ?? [],
    };
  }
}
