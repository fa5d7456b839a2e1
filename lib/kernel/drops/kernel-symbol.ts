import { readFileSync } from 'node:fs';

let known: { addresses: BigUint64Array; names: string[] } | undefined;

/** The kernel's function that an address is in; undefined where `kernel.kptr_restrict` hides addresses. */
export function kernelSymbol(address: bigint): string | undefined {
  known ??= readSymbols();
  const { addresses, names } = known;
  let [low, high] = [0, addresses.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return names[low - 1];
}

/** Functions, in the order of their addresses. Read once: it is some 5 MB. */
function readSymbols(): { addresses: BigUint64Array; names: string[] } {
  const symbols: [address: bigint, name: string][] = [];
  for (const line of readFileSync('/proc/kallsyms', 'latin1').split('\n')) {
    const [address = '', type, name = ''] = line.split(/\s/);
    if ((type === 't' || type === 'T') && !/^0+$/.test(address)) symbols.push([BigInt(`0x${address}`), name]);
  }
  symbols.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return {
    addresses: BigUint64Array.from(symbols, ([address]) => address),
    // What compilers make of a function for themselves is of no use to a reader: ip_rcv_core.constprop.0.
    names: symbols.map(([, name]) => name.replace(/\.(isra|constprop|part|cold|llvm).*$/, '')),
  };
}
