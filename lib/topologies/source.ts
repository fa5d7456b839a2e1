import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { UsageError } from '../base/validate.ts';
import type { Path } from './topology.ts';

/** A YAML text, which knows the line and the column of each of its parts. */
export class Source {
  /** What errors call the file. */
  readonly name: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();
  #original: (path: Path) => Path = (path) => path;

  /** @throws UsageError for a text that is no YAML, with its line and column */
  constructor(name: string, text: string) {
    this.name = name;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const [error] = this.#document.errors;
    if (error?.code === 'MULTIPLE_DOCS')
      this.#failAt(error.pos[0], 'a topology file is one document: take out what stands behind the line ---');
    if (error) this.#failAt(error.pos[0], error.message);
  }

  /** Its values as plain data. */
  get data(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      // An alias without its anchor, or too many of them.
      if (!(error instanceof ReferenceError)) throw error;
      return this.fail([], error.message);
    }
  }

  /** From now on, paths are those of a topology that was read out of the file: says where the file has what is there. */
  readAs(original: (path: Path) => Path): void {
    this.#original = original;
  }

  /** @throws UsageError that begins with the place: `office.yaml:3:5: …` */
  fail(path: Path, message: string, part: 'key' | 'value' = 'value'): never {
    throw new UsageError(`${this.placeOf(path, part)}: ${message}`);
  }

  /** `office.yaml:3:5`, as editors and terminals link it. Of what is not there, that of what it would be in. */
  placeOf(path: Path, part: 'key' | 'value' = 'value'): string {
    return this.#at(this.#offsetOf(this.#original(path), part));
  }

  #failAt(offset: number, message: string): never {
    throw new UsageError(`${this.#at(offset)}: ${message}`);
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.name}:${line}:${col}`;
  }

  #offsetOf(path: Path, part: 'key' | 'value'): number {
    let node: Node | null = this.#document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [at, step] of path.entries()) {
      const here: Node | null | undefined = isAlias(node) ? node.resolve(this.#document) : node;
      const pair: Pair | undefined = isMap(here)
        ? here.items.find(({ key }) => keyOf(key) === String(step))
        : undefined;
      const next: unknown = isSeq(here) ? here.items[Number(step)] : pair?.value;
      const isLast = at === path.length - 1;
      const wanted = isLast && part === 'key' ? (pair?.key ?? next) : (next ?? pair?.key);
      const start = startOf(wanted);
      if (start === undefined) return offset;
      offset = start;
      node = (next ?? null) as Node | null;
    }
    return offset;
  }
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** A value that is left out has a place of no length. */
function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
