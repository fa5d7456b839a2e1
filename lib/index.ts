import './kernel/needs-node.ts';

import { expect } from 'vitest';
import { type Interface, Lab, type MacvlanMode, type Namespace } from './lab/index.ts';
import {
  matchers,
  type ToBehaveAsOptions,
  type ToHearOptions,
  type ToMatchReachabilityOptions,
  type ToReachOptions,
} from './matchers/index.ts';

export { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
export * from '../fixtures/index.ts';
export * from './containers/index.ts';
export type { DiagnosisData } from './diagnosis/diagnosis.ts';
export * from './lab.ts';
export type { DropCode } from './matchers/dropped-by.ts';
export { diagnosisOf } from './matchers/failed-assertion.ts';
export type { CauseFacts, Code } from './model/cause.ts';
export type { ToBehaveAsOptions, ToHearOptions, ToMatchReachabilityOptions, ToReachOptions };
export { expect };

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
// A snapshot of a lab is its drawing.
expect.addSnapshotSerializer({ test: (value) => value instanceof Lab, serialize: String });

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
     * The receiver's own stack gets a raw frame of the sender's; with `copies` exactly so many.
     *
     * @example await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 })
     */
    toHear(sender: Namespace | Interface, options?: ToHearOptions): Promise<void>;
    /**
     * What `macvlanPair()` returned, or `{ ns1, ns2, uplink, gateway, neighbour }` that somebody else made, behaves as the
     * kernel's code says of the mode, in every question between its places; of IPv6 too, where the macvlans have it.
     *
     * @example await expect(pair).toBehaveAs('vepa', { hairpin: true })
     */
    toBehaveAs(mode: MacvlanMode, options?: ToBehaveAsOptions): Promise<void>;
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
