import { readFileSync } from 'node:fs';

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

let symbols: Symbols | undefined;
const known = new Map<bigint, string | undefined>();

/** The kernel's function that an address is in; undefined where `kernel.kptr_restrict` hides addresses. */
export function kernelSymbol(address: bigint): string | undefined {
  symbols ??= readSymbols();
  if (!known.has(address)) known.set(address, find(symbols, address));
  return known.get(address);
}

/** Read once: it is some 5 MB. */
function readSymbols(): Symbols {
  const lines = readFileSync('/proc/kallsyms');
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
