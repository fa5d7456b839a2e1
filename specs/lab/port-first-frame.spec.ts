import { expect, type Lab, type Namespace, type PortOptions, test } from 'hairpin';
import { Capture } from '../../lib/trace/capture.ts';
import { bridgeLink, read } from './referee.ts';

// h eth0 ── p1 sw p0 ── eth0 b
//
// As soon as h has a carrier, its kernel reports its groups by MLD. A setting that comes later is late for that frame.

/** Plugs h in, and follows what it sends by itself. The ports that its first frames left the switch by. */
async function firstFrames(lab: Lab, options: PortOptions, ofB: PortOptions = {}) {
  const sw = lab.switch('sw');
  lab.cable(sw, lab.namespace('b'), { a: ofB });
  const h = lab.namespace('h');
  const trace = await lab.trace(
    async () => {
      lab.cable(h, sw, { b: options });
      // A worker of the kernel sends it (mld_ifc_work).
      await expect.poll(() => sentBy(lab, h)).toBeGreaterThan(0);
    },
    { protocol: 'mld' },
  );
  const from = trace.frames.filter(({ at, direction }) => at.namespace === h && direction === 'out');
  const left = trace.frames.filter(({ at, direction }) => at.namespace === sw && direction === 'out');
  const identities = new Set(from.map(({ identity }) => identity));
  return {
    sw,
    h,
    sent: from.length,
    left: new Set(left.filter(({ identity }) => identities.has(identity)).map(({ at }) => at.name)),
  };
}

/** How many frames a namespace has sent. */
function sentBy(lab: Lab, h: Namespace): number {
  return Capture.of(lab)
    .frames()
    .filter(({ at, direction }) => at.namespace === h && direction === 'out').length;
}

async function learnt(sw: Namespace, mac: string): Promise<unknown[]> {
  const entries = await read<{ mac: string }>(sw, 'bridge', ['-j', 'fdb', 'show', 'br', 'br0']);
  return entries.filter((entry) => entry.mac === mac);
}

test('a port without settings learns from the first frame, and floods it', async ({ lab }) => {
  const { sw, h, sent, left } = await firstFrames(lab, {});
  expect(sent).toBeGreaterThan(0);
  expect(left).toEqual(new Set(['p0']));
  expect(await learnt(sw, h.interface().mac)).toMatchObject([{ ifname: 'p1', state: '' }]);
});

// The first frame is on its way within microseconds: a setting that comes later is sometimes in time.
test('a port with learning: false learns from no frame', { repeats: 4 }, async ({ lab }) => {
  const { sw, h, sent } = await firstFrames(lab, { learning: false });
  expect(sent).toBeGreaterThan(0);
  expect(await learnt(sw, h.interface().mac)).toEqual([]);
});

test('a locked port lets no frame in, and learns from none', async ({ lab }) => {
  const { sw, h, sent, left } = await firstFrames(lab, { locked: true });
  expect(sent).toBeGreaterThan(0);
  expect(left).toEqual(new Set());
  expect(await learnt(sw, h.interface().mac)).toEqual([]);
  await expect(h).not.toReach(lab.namespaces[1] as Namespace);
});

test('isolated ports pass each other no frame', async ({ lab }) => {
  const { sent, left } = await firstFrames(lab, { isolated: true }, { isolated: true });
  expect(sent).toBeGreaterThan(0);
  expect(left).toEqual(new Set());
});

test('a reflecting port reflects the first frame', async ({ lab }) => {
  const { sent, left } = await firstFrames(lab, { hairpin: true });
  expect(sent).toBeGreaterThan(0);
  expect(left).toEqual(new Set(['p0', 'p1']));
});

// A port takes a state only with its carrier (br_set_port_state): until then it is to be closed.
test.for(['listening', 'learning', 'disabled'] as const)('a port made %s passes no frame', async (state, { lab }) => {
  const { sw, sent, left } = await firstFrames(lab, { state });
  expect(sent).toBeGreaterThan(0);
  expect(left).toEqual(new Set());
  expect(await bridgeLink(sw, 'p1')).toMatchObject({
    ...{ state, learning: true, flood: true, mcast_flood: true, bcast_flood: true, locked: false },
  });
});

test('a port that comes up has what the same call sets', async ({ lab }) => {
  const sw = lab.switch('sw');
  const h = lab.namespace('h');
  const { b: port } = lab.cable(h, sw, { b: { up: false } });
  await lab.trace(() => port.set({ up: true, learning: false }));
  expect(await learnt(sw, h.interface().mac)).toEqual([]);
  port.set({ up: false });
  port.set({ up: true });
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ state: 'forwarding', learning: false });
});

test('a port that comes up in a state is as it was otherwise', async ({ lab }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('h'), sw, { b: { up: false, flood: false } });
  const before = await bridgeLink(sw, 'p0');
  port.set({ up: true, state: 'learning', bcastFlood: false });
  expect(await bridgeLink(sw, 'p0')).toMatchObject({
    ...{ state: 'learning', bcast_flood: false },
    ...{ flood: before['flood'], mcast_flood: true, learning: true, locked: false },
  });
});
