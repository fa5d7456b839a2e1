import koffi from 'koffi';
import { bpfCall } from '../system-calls.ts';

/** `union bpf_attr`, as far as any command here reaches. */
const ATTRIBUTES = 144;

/**
 * `bpf(2)`, with attributes one behind the other: a number is 32 bits, a buffer the 64 bits of its address.
 *
 * @returns what the kernel does, negative for an error
 */
export function bpfCommand(number: number, values: readonly (number | Buffer)[]): number {
  const attributes = Buffer.alloc(ATTRIBUTES);
  let at = 0;
  for (const value of values) {
    if (typeof value === 'number') at = attributes.writeUInt32LE(value, at);
    else at = attributes.writeBigUInt64LE(koffi.address(value) as bigint, (at + 7) & ~7);
  }
  return bpfCall(number, attributes);
}
