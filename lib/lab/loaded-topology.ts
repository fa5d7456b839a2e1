import { nearestWord } from '../base/nearest-word.ts';
import { checkFileName, checkOptions, show, UsageError, wrongOption } from '../base/validate.ts';
import type { Cable } from './cable.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { Switch } from './switch.ts';

/** A topology as YAML text. */
export interface TopologyText {
  text: string;
  /** Its name in errors. @default 'topology' */
  name?: string;
}

/** @throws UsageError for what {@link Lab.load} cannot read from */
export function checkTopologySource(from: unknown): void {
  if (from instanceof URL || (typeof from === 'string' && from !== '' && !from.includes('\n'))) return;
  if (typeof from !== 'object' || from === null) {
    throw wrongOption('lab.load', 'from', "a file's name, a URL, or { text: '…' }", from);
  }
  checkOptions('lab.load', from, ['text', 'name']);
  const { text, name } = from as Partial<TopologyText>;
  if (typeof text !== 'string') throw wrongOption('lab.load', 'text', 'YAML text', text);
  checkFileName('lab.load', 'name', name);
}

/** What {@link Lab.load} made of a topology file, by the names in the file. */
export class LoadedTopology {
  /** The file's name, for messages. */
  readonly file: string;
  /** The parts of the file that a lab does not use, a line each: the image of a containerlab node, for example. */
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
   * @throws UsageError when the file has no such name
   * @example const gateway = office.namespace('gateway')
   */
  namespace(name: string): Namespace {
    return this.#find('namespace', this.#namespaces, name);
  }

  /** @throws UsageError when the file has no such switch */
  switch(name: string): Switch {
    const switches = new Map(
      [...this.#namespaces].filter((entry): entry is [string, Switch] => entry[1] instanceof Switch),
    );
    return this.#find('switch', switches, name);
  }

  /**
   * A device, by its namespace's name and its own.
   *
   * @throws UsageError when the file has no such name
   * @example const eth0 = office.interface('gateway/eth0')
   */
  interface(name: string): Interface {
    return this.#find('interface', this.#interfaces, name);
  }

  /**
   * A cable, by one of its ends.
   *
   * @throws UsageError when the file has no cable with such an end
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
