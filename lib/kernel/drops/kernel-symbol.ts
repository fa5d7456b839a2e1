import { readFileSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';

/** An address in hexadecimal digits, a blank, the type, a blank: then the name. */
const DIGITS = 16;
const TYPE_AT = DIGITS + 1;
const NAME_AT = DIGITS + 3;
const LINE_FEED = 0x0a;

/** Functions, by the line that each has in the kernel's list. */
interface Symbols {
  lines: Buffer;
  starts: number[];
  addresses: bigint[];
}

/** A file of /proc. */
type ReadFile = (path: string) => Buffer;

/** The functions of a running kernel. */
export class KernelSymbols {
  readonly #read: ReadFile;
  readonly #known = new Map<bigint, string | undefined>();
  #symbols: Symbols | undefined;
  #modules = '';

  constructor(read: ReadFile = (path) => readFileSync(path)) {
    this.#read = read;
  }

  /** The function that an address is in; undefined where `kernel.kptr_restrict` hides addresses. */
  at(address: bigint): string | undefined {
    // The list is some 5 MB, so it is read again only when a module has come or gone: its functions would pass for others'.
    const modules = this.#listModules();
    if (!this.#symbols || modules !== this.#modules) {
      this.#symbols = readSymbols(this.#read('/proc/kallsyms'));
      this.#modules = modules;
      this.#known.clear();
    }
    if (!this.#known.has(address)) this.#known.set(address, find(this.#symbols, address));
    return this.#known.get(address);
  }

  /** Each with its size and address; empty where the kernel has no modules. */
  #listModules(): string {
    const text = unlessCode(['ENOENT'], () => this.#read('/proc/modules').toString('latin1'), '');
    const fieldsOf = (line: string) => line.split(' ').filter((_, at) => MODULE_FIELDS.includes(at));
    return text
      .split('\n')
      .map((line) => fieldsOf(line).join(' '))
      .join('\n');
  }
}

/** Of a line of /proc/modules: name, size and address. The others change as the module is used. */
const MODULE_FIELDS = [0, 1, 5];

const symbols = new KernelSymbols();

/** The running kernel's function that an address is in; undefined where `kernel.kptr_restrict` hides addresses. */
export function kernelSymbol(address: bigint): string | undefined {
  return symbols.at(address);
}

function readSymbols(lines: Buffer): Symbols {
  const [starts, addresses]: [number[], bigint[]] = [[], []];
  for (let at = 0; at < lines.length; at = lines.indexOf(LINE_FEED, at) + 1 || lines.length) {
    const type = lines[at + TYPE_AT];
    if (type !== 0x74 && type !== 0x54) continue;
    starts.push(at);
    addresses.push(BigInt(`0x${lines.toString('latin1', at, at + DIGITS)}`));
  }
  return { lines, starts, addresses };
}

/** The function that begins last before an address, or there. */
function find({ lines, starts, addresses }: Symbols, address: bigint): string | undefined {
  let best = -1;
  // In the list's order: modules stand behind the kernel itself.
  for (const [index, each] of addresses.entries()) if (each <= address && each >= (addresses[best] ?? 1n)) best = index;
  const start = starts[best];
  if (start === undefined) return undefined;
  const [name = ''] = lines.toString('latin1', start + NAME_AT, lines.indexOf(LINE_FEED, start)).split('\t');
  // What compilers make of a function for themselves is of no use to a reader: ip_rcv_core.constprop.0.
  return name.replace(/\.(isra|constprop|part|cold|llvm).*$/, '');
}
