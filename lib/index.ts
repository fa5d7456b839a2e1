import './base/needs-node.ts';

import { expect } from 'vitest';
import { Interface, Lab, Namespace } from './lab/index.ts';
import { matchers } from './matchers/index.ts';
import type { NetworkMatchers } from './matchers/network-matchers.ts';

export { afterAll, afterEach, beforeAll, beforeEach, describe, onTestFailed, onTestFinished } from 'vitest';
export * from '../fixtures/index.ts';
export * from './containers/index.ts';
export type { DiagnosisData } from './diagnosis/diagnosis.ts';
export * from './lab.ts';
export type { DropCode } from './matchers/dropped-by.ts';
export type { Expected } from './matchers/expected.ts';
export { diagnosisOf } from './matchers/failed-assertion.ts';
export type { StateOptions } from './matchers/have-state.ts';
export type { CounterEntry } from './matchers/list-counters.ts';
export type * from './matchers/options.ts';
export type { CauseFacts, Code } from './model/cause.ts';
export type { AddressEntry } from './state/entries/address-entry.ts';
export type { ForwardingEntry } from './state/entries/fdb-entry.ts';
export type { LinkEntry } from './state/entries/link-entry.ts';
export type { GroupEntry } from './state/entries/mdb-entry.ts';
export type { VlanEntry } from './state/entries/vlan-entry.ts';
export type { FrameDescription } from './wire/build-frame.ts';
export { expect, type NetworkMatchers };

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
// Of two labs each may have a host 'a' with the same settings: only the same handle is equal.
expect.addEqualityTesters([(one, other) => (isHandle(one) && isHandle(other) ? one === other : undefined)]);
// A snapshot of a lab is its drawing.
expect.addSnapshotSerializer({ test: (value) => value instanceof Lab, serialize: String });

function isHandle(value: unknown): boolean {
  return value instanceof Lab || value instanceof Namespace || value instanceof Interface;
}

declare module 'vitest' {
  // Declarations merge only with the very parameters of vitest's own.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends NetworkMatchers<T> {}
}
