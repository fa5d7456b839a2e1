import { createLab, expect, type Lab, test } from 'hairpin';
import { tapTime } from '../../lib/kernel/taps/tap-clock.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { flushProcessorBacklogs } from '../../lib/trace/processor-backlogs.ts';
import { decodeEthernet, encodeEthernet } from '../../lib/wire/ethernet.ts';

/** IEEE 802 local experimental EtherType: no stack answers it. */
const EXPERIMENTAL = 0x88b5;

// a ── b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: from, b: to } = lab.cable(a, b);
  const frame = (text: string) =>
    encodeEthernet({ destination: to.mac, source: from.mac, etherType: EXPERIMENTAL, payload: Buffer.from(text) });
  const sightings = () => {
    // What is in a processor's backlog no tap has seen yet.
    flushProcessorBacklogs();
    return Capture.of(lab)
      .frames()
      .filter(({ bytes }) => decodeEthernet(bytes)?.etherType === EXPERIMENTAL);
  };
  return { a, from, to, frame, sightings };
}

test('a frame is seen at both ends, in the order of time, with its direction', ({ lab }) => {
  const { a, from, frame, sightings } = build(lab);
  FrameSocket.of(a).send(from, frame('hello'));
  expect(sightings().map(({ at, direction }) => `${at} ${direction}`)).toEqual(['a/eth0 out', 'b/eth0 in']);
  const [out, back] = sightings();
  expect(out?.identity).toBe(back?.identity);
  expect(out && back && back.nanoseconds >= out.nanoseconds).toBe(true);
});

test('a frame that is longer than the tap takes says how long it was', ({ lab }) => {
  const { a, from, to, sightings } = build(lab);
  from.set({ mtu: 9000 });
  to.set({ mtu: 9000 });
  FrameSocket.of(a).send(
    from,
    encodeEthernet({ destination: to.mac, source: from.mac, etherType: EXPERIMENTAL, payload: Buffer.alloc(5000) }),
  );
  expect(sightings().map(({ bytes, originalLength }) => [bytes.length, originalLength])).toEqual([
    [2048, 5014],
    [2048, 5014],
  ]);
});

test('frames that a tap had no room for are counted', ({ lab }) => {
  const { a, from, frame, sightings } = build(lab);
  const sent = 40_000;
  for (let number = 0; number < sent; number++) FrameSocket.of(a).send(from, frame(`${number}`));
  // A tap is emptied in portions.
  sightings();
  const seen = sightings().length;
  const { kernel, forgotten } = Capture.of(lab).losses;
  expect(kernel + forgotten).toBeGreaterThan(0);
  // Two sightings a frame; what else is lost (MLD) only adds.
  expect(seen + kernel + forgotten).toBeGreaterThanOrEqual(2 * sent);
});

// a ── b   c ── d, which are flooded
test('a flood pushes out its own frames only, and says of whom frames are missing', ({ lab }) => {
  const { a, from, frame, sightings } = build(lab);
  const [c, d] = [lab.namespace('c'), lab.namespace('d')];
  const { a: flooding } = lab.cable(c, d);
  const since = tapTime();
  FrameSocket.of(a).send(from, frame('hello'));
  for (let sent = 0; sent < 60_000; sent++) {
    FrameSocket.of(c).send(flooding, frame('flood'));
    // A tap has room for this many.
    if (sent % 1000 === 0) Capture.of(lab).seen();
  }
  const capture = Capture.of(lab);
  expect(capture.losses.forgotten).toBeGreaterThan(0);
  expect(
    sightings()
      .filter(({ at }) => at.namespace === a)
      .map(({ bytes }) => bytes.toString('latin1', 14, 19)),
  ).toEqual(['hello']);
  expect([a, c].map((namespace) => capture.isWhole(namespace, since))).toEqual([true, false]);
});

test('a lab without taps sees nothing', async () => {
  await using lab = createLab({ taps: false });
  const { a, from, frame, sightings } = build(lab);
  expect(FrameSocket.of(a).send(from, frame('hello')), 'it left').toBeUndefined();
  expect(sightings()).toEqual([]);
});
