import type { Interface, Namespace } from '../lab/index.ts';
import type { Flow } from '../lab/tables/route-to.ts';
import type { Family } from '../wire/ip-address.ts';

/** What rules (`ip rule`) may ask of a probe. The kernel chooses the port that it comes from. */
export type ProbeFlow = Pick<Flow, 'ipproto' | 'dport'>;

/** Who asks whom, with everything that can be known before the first packet. */
export interface Question {
  from: Namespace;
  /** The source address, and the device that has it. What the loopback has leaves by another one, which is named in its place. */
  source: { address: string; device: Interface };
  /** `device` is known of a link-local address, which is good on its link only. */
  to: { address: string; namespace: Namespace | undefined; device?: Interface | undefined };
  family: Family;
  /** What the spec chose of `source`: the device to leave by, or only the address; otherwise the kernel chooses. */
  bound: 'device' | 'address' | undefined;
  flow?: ProbeFlow;
}
