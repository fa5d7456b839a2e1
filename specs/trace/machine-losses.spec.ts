import { expect, test } from 'hairpin';
import { vi } from 'vitest';
import { openListener } from '../../lib/probes/listener.ts';
import { toQuestion } from '../../lib/probes/to-question.ts';
import { UdpAsker } from '../../lib/probes/udp-asker.ts';
import { quietIn } from '../../lib/trace/quiescence.ts';

/** What the machine's processors do here: how much they have dropped, and what comes out of a backlog next. */
const processors = vi.hoisted(() => ({ drops: 0, release: () => {} }));

vi.mock(import('../../lib/trace/processor-backlogs.ts'), async (original) => ({
  ...(await original()),
  backlogDrops: () => processors.drops,
  flushProcessorBacklogs: () => {
    processors.release();
    processors.release = () => {};
    return 'flushed' as const;
  },
}));

const soon = () => performance.now() + 1000;

// a ── b
test('what a processor had no room for is told once', async ({ lab }) => {
  lab.cable(lab.namespace('a'), lab.namespace('b'));
  await lab.settled();
  const quiet = quietIn(lab, 'packets');
  expect(quiet.lost()).toBeUndefined();
  processors.drops++;
  expect(quiet.lost()).toContain('net.core.netdev_max_backlog');
  expect(quiet.lost()).toBeUndefined();
  // A frame of the question may have been among them.
  expect(await quiet.reached(soon())).toBe(false);
  expect(await quietIn(lab, 'packets').reached(soon())).toBe(true);
});

// a, which asks itself: its loopback has no tap
test.for(['reached', 'drained'] as const)(
  'what comes out of a backlog is answered before a lab is %s',
  async (way, { lab }) => {
    const a = lab.namespace('a');
    lab.cable(a, lab.namespace('b'));
    await lab.settled();
    const { address } = a.interface().address.first(4) ?? { address: '' };
    using listener = openListener(a, { protocol: 'udp', family: 4, address, port: 0 });
    using asker = new UdpAsker(toQuestion('spec', a, a, { by: 'udp' }), listener?.port ?? 0);
    processors.release = () => void asker.send(0);
    const quiet = quietIn(lab, 'packets');
    await (way === 'reached' ? quiet.reached(soon()) : quiet.drained());
    expect(asker.read()).toEqual({ kind: 'answer', sequence: 0 });
  },
);
