import { randomInt } from 'node:crypto';
import type { IcmpEcho } from '../wire/icmp.ts';

const MODULUS = 0x1_0000;

/**
 * The identifiers of one socket's echo requests: a new one for each, as of a new `ping`. A connection of conntrack is known by the
 * identifier (`icmp_pkt_to_tuple`), and a translation is chosen for its first packet alone (`nf_nat_inet_fn`). So each
 * probe may be given another server.
 */
export class EchoIdentifiers {
  readonly #first = randomInt(MODULUS);

  /** The identifier of probe number `sequence`. */
  of(sequence: number): number {
    return (this.#first + sequence) % MODULUS;
  }

  /** Whether an echo is one of these, or an answer to one. */
  has({ identifier, sequence }: Pick<IcmpEcho, 'identifier' | 'sequence'>): boolean {
    return identifier === this.of(sequence);
  }
}
