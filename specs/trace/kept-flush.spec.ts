import { expect, test } from 'hairpin';
import { vi } from 'vitest';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { flushBroadcastQueues } from '../../lib/trace/broadcast-queues.ts';
import { Capture } from '../../lib/trace/capture.ts';

/** Longer than a marker is waited for, in milliseconds. */
const LONG = 2100;

// ns1 ─ macvlan vepa ┐
//                    ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ macvlan vepa ┘
test('a marker that is through counts, however long the event loop is kept', async ({ macvlanPair }) => {
  const { lab, ns1 } = macvlanPair({ mode: 'vepa' });
  await lab.settled();
  // No marker comes before the first wait, in which something else keeps the event loop.
  let hasWaited = false;
  const capture = Capture.of(lab);
  const { hasMarker } = capture;
  vi.spyOn(capture, 'hasMarker').mockImplementation((...mark) => hasWaited && hasMarker.call(capture, ...mark));
  const { tap } = engineOf(ns1);
  if (!tap) throw new Error('a lab has taps');
  vi.spyOn(tap, 'readable').mockImplementation(async () => {
    if (!hasWaited) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG);
    hasWaited = true;
    return true;
  });
  expect(await flushBroadcastQueues(lab)).toBe('flushed');
});
