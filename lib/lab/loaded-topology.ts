import { nearestWord } from '../kernel/nearest-word.ts';
import { show, UsageError } from '../kernel/validate.ts';
import type { Cable } from './cable.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { Switch } from './switch.ts';

/** A topology as a text of YAML. */
export interface TopologyText {
  text: string;
  /** What errors call it. @default 'topology' */
  name?: string;
}

/** What {@link Lab.load} has made of a topology file, by the names that the file has. */
export class LoadedTopology {
  /** The file's name, for messages. */
  readonly file: string;
  /** What of the file has no place in a lab, a line each: the image of a containerlab node. */
  readonly leftOut: readonly string[];
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  readonly #interfaces: ReadonlyMap<string, Interface>;
  readonly #cables: readonly Cable[];

  constructor(
    file: string,
    made: {
      namespaces: ReadonlyMap<string, Namespace>;
      interfaces: ReadonlyMap<string, Interface>;
      cables: readonly Cable[];
      leftOut: readonly string[];
    },
  ) {
    this.file = file;
    this.leftOut = made.leftOut;
    this.#namespaces = made.namespaces;
    this.#interfaces = made.interfaces;
    this.#cables = made.cables;
  }

  /**
   * A host, a router or a switch.
   *
   * @throws UsageError where the file has none of the name
   * @example const gateway = office.namespace('gateway')
   */
  namespace(name: string): Namespace {
    return this.#find('namespace', this.#namespaces, name);
  }

  /** @throws UsageError where the file has no switch of the name */
  switch(name: string): Switch {
    const switches = new Map(
      [...this.#namespaces].filter((entry): entry is [string, Switch] => entry[1] instanceof Switch),
    );
    return this.#find('switch', switches, name);
  }

  /**
   * A device, by its namespace's name and its own.
   *
   * @throws UsageError where the file has none of the name
   * @example const eth0 = office.interface('gateway/eth0')
   */
  interface(name: string): Interface {
    return this.#find('interface', this.#interfaces, name);
  }

  /**
   * A cable, by one of its ends.
   *
   * @throws UsageError where the file has none with such an end
   * @example office.cable('gateway/eth0').unplug()
   */
  cable(end: string): Cable {
    const ends = new Map(this.#cables.flatMap((cable) => [cable.a, cable.b].map((each) => [String(each), cable])));
    return this.#find('cable', ends, end);
  }

  #find<T>(noun: string, all: ReadonlyMap<string, T>, name: string): T {
    const found = all.get(name);
    if (found !== undefined) return found;
    const names = [...all.keys()];
    const near = nearestWord(String(name), names);
    throw new UsageError(
      `${this.file}: there is no ${noun} ${show(name)}${near === undefined ? '; it has' : `; did you mean ${show(near)}? It has`} ` +
        (names.join(', ') || 'none'),
    );
  }
}
