import './kernel/needs-node.ts';

import { expect } from 'vitest';
import type { Interface, MacvlanMode, Namespace } from './lab/index.ts';
import {
  matchers,
  type ToBehaveAsOptions,
  type ToHearOptions,
  type ToMatchReachabilityOptions,
  type ToReachOptions,
  type ToSeeOptions,
  type ToStayReachableOptions,
} from './matchers/index.ts';

export { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
export * from '../fixtures/index.ts';
export * from './containers/index.ts';
export type { DiagnosisData } from './diagnosis/diagnosis.ts';
export * from './lab.ts';
export type { DropCode } from './matchers/dropped-by.ts';
export { diagnosisOf } from './matchers/failed-assertion.ts';
export type { CauseFacts, Code } from './model/cause.ts';
export type { FrameDescription } from './wire/build-frame.ts';
export type {
  ToBehaveAsOptions,
  ToHearOptions,
  ToMatchReachabilityOptions,
  ToReachOptions,
  ToSeeOptions,
  ToStayReachableOptions,
};
export { expect };

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);

declare module 'vitest' {
  // Declarations merge only with the very parameters of vitest's own.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Asks until the target answers, or `within` is over. With `.not` there must be no answer for `hold`, and a probe
     * that never left the source is inconclusive, which fails.
     *
     * @example await expect(ns1).toReach(ns2, { by: 'tcp', port: 80 })
     */
    toReach(to: Namespace | Interface | string, options?: ToReachOptions): Promise<void>;
    /**
     * The receiver's own stack gets a raw frame of the sender's; with `copies` exactly so many. One of hairpin's kinds over IP
     * is heard by a socket, behind the receiver's IP; one that you describe by a handler of its EtherType.
     *
     * @example await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 })
     */
    toHear(sender: Namespace | Interface, options?: ToHearOptions): Promise<void>;
    /**
     * A frame of the sender's comes in at a device, as `tcpdump -p -Q in` there would see it, whoever gets it then.
     *
     * @example await expect(port).toSee(ns1, { frame: { vlan: 10 }, vlan: 10, copies: 1 })
     */
    toSee(sender: Namespace | Interface, options?: ToSeeOptions): Promise<void>;
    /**
     * What `macvlanPair()` returned, or `{ ns1, ns2, uplink, gateway, neighbour }` that somebody else made, behaves as the
     * kernel's code says of the mode, in every question between its places; of IPv6 too, where the macvlans have it.
     *
     * @example await expect(pair).toBehaveAs('vepa', { hairpin: true })
     */
    toBehaveAs(mode: MacvlanMode, options?: ToBehaveAsOptions): Promise<void>;
    /**
     * The target goes on answering while a function does something to the network: a probe each millisecond measures the longest
     * outage, and it fails with all of them when one is longer than `gap`, in milliseconds.
     *
     * @example await expect(a).toStayReachable(b, { while: () => failover(), gap: 50 })
     */
    toStayReachable(to: Namespace | Interface | string, options: ToStayReachableOptions): Promise<void>;
    /**
     * Every pair of a lab's hosts as in a table: who asks in the rows, who is asked in the columns; ✓ reaches, ✗ does
     * not, `.` is not asked.
     *
     * @example
     * await expect(lab).toMatchReachability(`
     *      a  b
     *   a  .  ✓
     *   b  ✗  .`);
     */
    toMatchReachability(table: string, options?: ToMatchReachabilityOptions): Promise<void>;
  }
}
