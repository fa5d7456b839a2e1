import { expect, test } from 'hairpin';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';
import { failureOf } from '../matchers/failure-of.ts';

/** IEEE 802 local experimental EtherType: no stack answers it. */
const EXPERIMENTAL = 0x88b5;
/** More than a tap has room for. */
const BURST = 60_000;

// a ── b, which drowns in frames while a waits for the answer of nobody
test('a failure says what the taps missed', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: from, b: to } = lab.cable(a, b);
  const failure = failureOf(expect(a).toReach('10.0.0.9', { within: 100 }));
  const frame = encodeEthernet({
    destination: to.mac,
    source: from.mac,
    etherType: EXPERIMENTAL,
    payload: Buffer.alloc(46),
  });
  const socket = FrameSocket.of(a);
  for (let sent = 0; sent < BURST; sent++) socket.send(from, frame);
  expect(await failure).toMatch(/^Taps: +they had no room for \d+ frames, so the paths may have gaps$/m);
  expect(await failureOf(expect(a).toReach('10.0.0.9', { within: 100 }))).not.toContain('Taps:');
});
