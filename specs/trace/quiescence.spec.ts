import { expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { now } from '../../lib/kernel/clock.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { hear } from '../../lib/probes/hear.ts';
import { reach } from '../../lib/probes/reach.ts';
import { type FrameEnd, frameEnd, testFrame } from '../../lib/probes/test-frame.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { quietIn } from '../../lib/trace/quiescence.ts';
import { addSilentNeighbour } from './silent-neighbour.ts';

/** How long a question waits that is not ended by quiescence, in milliseconds. */
const LONG = 5000;

/** Asks until the question ended before its time: what the machine loses for others may keep it from that. */
async function early<T>(ask: (patience: { milliseconds: number; untilQuiet: true }) => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 5; tries++) {
    const began = now();
    const result = await ask({ milliseconds: LONG, untilQuiet: true });
    if (now() - began < LONG) return result;
  }
  throw new Error(`no question ended within ${LONG} ms`);
}

/** Whether nothing is under way in a lab any more, as far as that is known. */
const isQuiet = (lab: Lab, of: 'frames' | 'packets' = 'packets') => quietIn(lab, of).reached(now() + 1000);

const becomesQuiet = (lab: Lab, of?: 'frames' | 'packets') => expect.poll(() => isQuiet(lab, of)).toBe(true);

// ns1 ─ macvlan vepa ┐
//                    ├─ up0 (host) ── p0 (sw), hairpin off ── gateway, neighbour
// ns2 ─ macvlan vepa ┘
test('a negative ends when nothing is under way any more', async ({ macvlanPair }) => {
  const { lab, ns1, ns2, m1, m2 } = macvlanPair({ mode: 'vepa' });
  if (!m2) throw new Error('a pair of mode vepa has two children');
  const quiet = () => quietIn(lab, 'packets');
  expect(await early((patience) => reach('spec', ns1, ns2, {}, { ...patience, quiet }))).toMatchObject({
    outcome: 'lost',
    // Two, and as many besides as a starving machine has kept; not one each tenth of a second.
    probes: expect.toSatisfy((count: number) => count >= 2 && count <= 12),
  });
  const ofFrames = () => quietIn(lab, 'frames');
  const heard = await early((patience) =>
    hear({ from: m1, to: m2, frame: 'broadcast' }, Number.POSITIVE_INFINITY, { ...patience, quiet: ofFrames }),
  );
  expect(heard).toMatchObject({ outcome: 'lost' });
});

// The same with hairpin on: the broadcast comes back, and waits in up0's queue for the kernel's worker.
test('what waits in a queue of the kernel is waited for', async ({ macvlanPair }) => {
  const { lab, ns1, ns2, m1, m2 } = macvlanPair({ mode: 'vepa', hairpin: true });
  if (!m2) throw new Error('a pair of mode vepa has two children');
  for (let round = 0; round < 30; round++) {
    const heard = await early((patience) =>
      hear({ from: m1, to: m2, frame: 'broadcast' }, Number.POSITIVE_INFINITY, {
        ...patience,
        quiet: () => quietIn(lab, 'frames'),
      }),
    );
    expect(heard).toMatchObject({ copies: 1 });
    const quiet = () => quietIn(lab, 'packets');
    expect(await early((patience) => reach('spec', ns1, ns2, {}, { ...patience, quiet }))).toMatchObject({
      outcome: 'answered',
    });
  }
});

// a ── sw1 ── r ── sw2 ── b, which is silent at first: r goes on asking for it
test('what waits for a neighbour that an earlier question asked for is waited for', async ({ lab }) => {
  const { a, r, b, speak } = addSilentNeighbour(lab);
  r.sysctl.set('net.ipv4.neigh.eth1.mcast_solicit', 10_000);
  const quiet = () => quietIn(lab, 'packets');
  const ask = () => early((patience) => reach('spec', a, b, {}, { ...patience, quiet }));
  expect(await ask()).not.toMatchObject({ outcome: 'answered' });
  expect(r.neighbour.list()).toContainEqual(expect.objectContaining({ to: '10.0.1.2', state: 'INCOMPLETE' }));
  speak();
  expect(await ask()).toMatchObject({ outcome: 'answered' });
});

// a ── b
test('a program that has ended is no reason to wait, one that runs is', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('true');
  await becomesQuiet(lab);
  const program = b.exec('sleep', ['1000'], { reject: false });
  expect(await isQuiet(lab)).toBe(false);
  program.kill();
  await program;
  await becomesQuiet(lab);
});

// a ── r (a proxy that takes its time)
test('where a proxy may answer late, nothing is known', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  await becomesQuiet(lab);
  r.sysctl.set('net.ipv4.neigh.eth0.proxy_delay', 80);
  expect(await isQuiet(lab)).toBe(false);
  r.sysctl.set('net.ipv4.neigh.eth0.proxy_delay', 0);
  await becomesQuiet(lab);
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
  onTestFinished(() => {
    over = true;
  });
  send();
  await becomesQuiet(lab, 'frames');
  const before = Capture.of(lab).seen();
  await expect.poll(() => Capture.of(lab).seen(), { message: 'it goes on' }).toBeGreaterThan(before);
});

// ns1 ─ macvlan bridge ┐
//                      ├─ up0 (host) ── p0 (sw) ── gateway, neighbour: up0 is down for a while
// ns2 ─ macvlan bridge ┘
test('behind a parent that is down nothing is known', async ({ macvlanPair }) => {
  const { lab, uplink } = macvlanPair({ mode: 'bridge' });
  await becomesQuiet(lab, 'frames');
  uplink.set({ up: false });
  expect(await isQuiet(lab, 'frames')).toBe(false);
  uplink.set({ up: true });
  await becomesQuiet(lab, 'frames');
});

// the same, but the parent is up; the marker itself would fill the queue
test('nor behind a parent whose queue has little room', async ({ macvlanPair }) => {
  const { lab, m1, m2 } = macvlanPair({ mode: 'bridge' });
  await becomesQuiet(lab);
  for (const child of [m1, m2]) child?.set({ bcqueuelen: 1 });
  expect(await isQuiet(lab)).toBe(false);
  m1.set({ bcqueuelen: 1000 });
  await becomesQuiet(lab);
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
