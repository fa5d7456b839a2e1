import fc from 'fast-check';
import { diagnosisOf, expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { checksum } from '../../lib/wire/checksum.ts';
import { ipToBytes } from '../../lib/wire/ip-address.ts';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { encodeIpv6, pseudoHeader } from '../../lib/wire/ipv6.ts';
import { macToBytes } from '../../lib/wire/mac-address.ts';
import { encodeMarker } from '../../lib/wire/marker.ts';
import { damaged, numRuns } from '../unit/arbitraries.ts';
import { CAPTURED } from '../unit/captured-frames.ts';
import { hex } from '../unit/hex.ts';

test('frames that no stack believes disturb no answer and no reason', { timeout: 240_000 }, async ({ lab }) => {
  const { a, b, c, attacker, victims } = build(lab);
  const ask = async () => {
    await expect(a).toReach(b);
    await expect(a).toReach(b, { family: 6 });
    await expect(a).toReach(b, { by: 'arp' });
    await expect(a).toReach(b, { by: 'nd' });
    await expect(a).toReach(b, { by: 'udp' });
    await expect(b).toReach(a, { by: 'tcp' });
    await expect(b).toHear(a);
    await expect(a).not.toReach(c);
    await expect(a).not.toReach(c, { family: 6 });
    await expect(a).not.toReach(c, { by: 'nd' });
    await expect(c).not.toHear(a);
    await expect(lab).toMatchReachability('   a b c\na  . ✓ ✗\nb  ✓ . ✓\nc  ✗ ✓ .');
    return whyNot(a, c);
  };
  const undisturbed = await ask();
  expect(undisturbed.code).toBe('bridge.isolated');
  expect(await during(attacker, hostileFrames(victims), ask())).toEqual(undisturbed);
});

// A router would have counted it down: it is of another link. The second is what the first was to be taken for.
test.for([
  [64, /^it passed$/],
  [255, /^Received: +an answer/m],
] as const)('a forged advertisement of hop limit %d, to a question by nd: %s', async ([hopLimit, outcome], { lab }) => {
  const { a, c, attacker, victims } = build(lab);
  const forged = Buffer.concat([victims[0] as Buffer, hex('020000000009'), advertisement('fd00::3', hopLimit)]);
  const asked = expect(a)
    .not.toReach(c, { by: 'nd', hold: 50 })
    .then(
      () => 'it passed',
      (error: Error) => error.message,
    );
  expect(await during(attacker, [forged], asked)).toMatch(outcome);
});

/** Neither ARP's length of addresses, nor ND's hop limit, nor ICMP's checksum is as the stacks demand. */
function hostileFrames(targets: readonly Buffer[]): Buffer[] {
  const sources = fc.constantFrom(...targets, hex('010000000001'), hex('000000000000'), BROADCAST);
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((all) => Buffer.from(all));
  const behind = (head: string, maxLength: number) =>
    bytes(maxLength).map((rest) => Buffer.concat([hex(head), rest, Buffer.alloc(maxLength - rest.length)]));
  const address = fc.constantFrom('fd00::1', 'fd00::2', 'fd00::3', 'fd00::4');
  const kinds = [
    bytes(200).map((all) => Buffer.concat([hex('1234'), all])),
    behind('0806 0001 0800 07 04 0002', 60),
    address.map((target) => advertisement(target, 64)),
    // Extension headers: hop-by-hop options, a routing header, a fragment, none.
    fc
      .constantFrom('00', '2b', '2c', '3c', '3b')
      .chain((next) => behind(`86dd 60000000 00a0 ${next} ff fd00 ${'0000'.repeat(6)} 0004 ${ALL_NODES}`, 160)),
    fc
      .tuple(bytes(8), fc.nat(40))
      .map(([mark, more]) => Buffer.concat([encodeMarker(mark).subarray(12, 14 + more), Buffer.alloc(more)])),
    fc
      .constantFrom(...Object.values(CAPTURED))
      .chain(({ frame }) => damaged(hex(frame)))
      .map((frame) => frame.subarray(12))
      .filter((frame) => frame.length >= 2 && !['0806', '86dd'].includes(frame.toString('hex', 0, 2))),
    fc.nat(60).map((count) => hex(`${'8100 0001'.repeat(count)} 0800`)),
  ];
  const frame = fc.tuple(fc.constantFrom(BROADCAST, ...targets), sources, fc.oneof(...kinds)).map(Buffer.concat);
  return fc.sample(frame, numRuns(3000)).map((each) => Buffer.concat([each, Buffer.alloc(46)]));
}

/** Sends frames as long as something else goes on. */
async function during<T>(device: Interface, frames: readonly Buffer[], work: Promise<T>): Promise<T> {
  const socket = FrameSocket.of(device.namespace);
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  work.then(end, end);
  for (let at = 0; !isOver; at++) {
    expect(socket.send(device, frames[at % frames.length] as Buffer)).toBeUndefined();
    // Some thousands a second: more would be a race for the processor.
    if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return work;
}

async function whyNot(from: Namespace, to: Namespace) {
  const failure = await expect(from)
    .toReach(to)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  const { code, facts } = diagnosisOf(failure) ?? {};
  return { code, facts };
}
/** Sound, but for its hop limit: it came from another link (RFC 4861 section 7.1.2). */
function advertisement(target: string, hopLimit: number): Buffer {
  const packet = {
    ...{ source: target, destination: 'ff02::1', nextHeader: IP_PROTOCOL.icmpv6, hopLimit },
    payload: Buffer.concat([hex('8800 0000 60000000'), ipToBytes(target), hex('0201 020000000009')]),
  };
  packet.payload.writeUInt16BE(checksum(pseudoHeader(packet), packet.payload), 2);
  return Buffer.concat([hex('86dd'), encodeIpv6(packet)]);
}

const BROADCAST = hex('ffffffffffff');
const ALL_NODES = `ff02${'00'.repeat(13)}01`;

// a ── p0 ┐
// b ── p1 ┼ sw, which lets a and c not talk
// c ── p2 ┤
// m ── p3 ┘
function build(lab: Lab) {
  const [sw, a, b, c, m] = [lab.switch('sw'), ...['a', 'b', 'c', 'm'].map((name) => lab.namespace(name))] as const;
  const cables = [a, b, c, m].map((ns) => lab.cable(ns as Namespace, sw));
  for (const at of [0, 2]) cables[at]?.b.set({ isolated: true });
  const macs = cables.map(({ a: device }) => macToBytes(device.mac));
  return {
    a: a as Namespace,
    b: b as Namespace,
    c: c as Namespace,
    attacker: cables[3]?.a as Interface,
    victims: macs.slice(0, 3),
  };
}
