import type { Interface, Namespace } from '../lab/index.ts';
import type { Family } from '../wire/ip-address.ts';

/** Who asks whom, with everything that can be known before the first packet. */
export interface Question {
  from: Namespace;
  /** The source address and the device that it is on. */
  source: { address: string; device: Interface };
  to: { address: string; namespace: Namespace | undefined };
  family: Family;
  /** Bind to `source`: the spec chose it. Otherwise the kernel does, and comes to the same. */
  bound: boolean;
}
