import { expect, test } from 'hairpin';
import { now } from '../../lib/kernel/clock.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { hear } from '../../lib/probes/hear.ts';
import { reach } from '../../lib/probes/reach.ts';
import { type FrameEnd, frameEnd, testFrame } from '../../lib/probes/test-frame.ts';
import { quietIn } from '../../lib/trace/quiescence.ts';
import { addSilentNeighbour } from './silent-neighbour.ts';

/** Longer than a test may take: a wait that is not ended by quiescence fails its test. */
const FOREVER = 60_000;

const soon = () => now() + 1000;

// ns1 ─ macvlan vepa ┐
//                    ├─ up0 (host) ── p0 (sw), hairpin off
// ns2 ─ macvlan vepa ┘
test('a negative ends when nothing is under way any more', async ({ macvlanPair }) => {
  const { lab, ns1, ns2, m1, m2 } = macvlanPair({ mode: 'vepa' });
  if (!m2) throw new Error('a pair of mode vepa has two children');
  const quiet = () => quietIn(lab, 'packets');
  expect(await reach('spec', ns1, ns2, {}, { milliseconds: FOREVER, quiet, untilQuiet: true })).toMatchObject({
    outcome: 'lost',
    // Two, and as many besides as a starving machine has kept; not one each tenth of a second.
    probes: expect.toSatisfy((count: number) => count >= 2 && count <= 12),
  });
  const nobody = { milliseconds: FOREVER, quiet: () => quietIn(lab, 'frames'), untilQuiet: true };
  expect(await hear(m2, m1, 'broadcast', Number.POSITIVE_INFINITY, nobody)).toMatchObject({ outcome: 'lost' });
});

// The same with hairpin on: the broadcast comes back, and waits in up0's queue for the kernel's worker.
test('what waits in a queue of the kernel is waited for', async ({ macvlanPair }) => {
  const { lab, ns1, ns2, m1, m2 } = macvlanPair({ mode: 'vepa', hairpin: true });
  if (!m2) throw new Error('a pair of mode vepa has two children');
  for (let round = 0; round < 30; round++) {
    const patience = { milliseconds: FOREVER, quiet: () => quietIn(lab, 'frames'), untilQuiet: true };
    expect(await hear(m2, m1, 'broadcast', Number.POSITIVE_INFINITY, patience)).toMatchObject({ copies: 1 });
    const { outcome } = await reach(
      'spec',
      ns1,
      ns2,
      {},
      { milliseconds: FOREVER, quiet: () => quietIn(lab, 'packets'), untilQuiet: true },
    );
    expect(outcome).toBe('answered');
  }
});

// a ── sw1 ── r ── sw2 ── b, which is silent at first: r goes on asking for it
test('what waits for a neighbour that an earlier question asked for is waited for', async ({ lab }) => {
  const { a, b, speak } = addSilentNeighbour(lab);
  const ask = () =>
    reach('spec', a, b, {}, { milliseconds: FOREVER, quiet: () => quietIn(lab, 'packets'), untilQuiet: true });
  expect(await ask()).not.toMatchObject({ outcome: 'answered' });
  speak();
  expect(await ask()).toMatchObject({ outcome: 'answered' });
});

// a ── b
test('a program that has ended is no reason to wait, one that runs is', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('true');
  expect(await quietIn(lab, 'packets').reached(soon())).toBe(true);
  b.exec('sleep', ['1000']);
  expect(await quietIn(lab, 'packets').reached(soon())).toBe(false);
});

// a ── r (a proxy that takes its time)
test('where a proxy may answer late, nothing is known', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  expect(await quietIn(lab, 'packets').reached(soon())).toBe(true);
  r.sysctl.set('net.ipv4.neigh.eth0.proxy_delay', 80);
  expect(await quietIn(lab, 'packets').reached(soon())).toBe(false);
});

// a ── b, sending all the while
test('other traffic keeps no question from its end', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [near, far] = [lab.cable(a, b).a, b.interface()].map(frameEnd) as [FrameEnd, FrameEnd];
  const { bytes } = testFrame('arp', near, far, 0);
  let over = false;
  const send = () => {
    if (over) return;
    FrameSocket.of(a).send(near.device, bytes);
    setImmediate(send);
  };
  send();
  const quiet = await quietIn(lab, 'frames').reached(now() + 50);
  over = true;
  expect(quiet).toBe(true);
});

// ns1 ─ macvlan bridge on up0 (host), whose cable has lost the other end's carrier
test('behind a parent that is down nothing is known', async ({ macvlanPair }) => {
  const { lab, uplink } = macvlanPair({ mode: 'bridge' });
  uplink.set({ up: false });
  expect(await quietIn(lab, 'frames').reached(soon())).toBe(false);
});

// a ── b
test('it is known who has learnt the address of a neighbour that he asked for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const [before, quiet] = [now(), quietIn(lab, 'packets')];
  await expect(a).toReach(b);
  expect(quiet.learnt(before)).toBe(true);
  const after = now();
  await expect(a).toReach(b, { neighbours: 'kept' });
  expect(quiet.learnt(after)).toBe(false);
});

// a ── sw ── b, both behind isolated ports
test('a question that nobody answers teaches nobody', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  for (const host of [a, b]) lab.cable(host, sw, { b: { isolated: true } });
  const [before, quiet] = [now(), quietIn(lab, 'packets')];
  await expect(a).not.toReach(b);
  expect(quiet.learnt(before)).toBe(false);
});
