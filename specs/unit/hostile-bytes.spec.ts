import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastLines, linesOf, tellingLines } from '../../lib/machines/console.ts';
import { findReports } from '../../lib/machines/kernel-reports.ts';
import { runningTests } from '../../lib/report/runs/running-tests.ts';
import { advertised, isAbout, solicitationOf } from '../../lib/trace/solicitation.ts';
import { decodeFrameFields, describeFrame } from '../../lib/wire/describe-frame.ts';
import { frameContent, frameIdentity } from '../../lib/wire/frame-identity.ts';
import { ipPacketOf } from '../../lib/wire/ip-packet.ts';
import { markerOf } from '../../lib/wire/marker.ts';
import { decodeNeighbourMessage, decodeNeighbourSolicitation } from '../../lib/wire/neighbour-discovery.ts';
import { decodeTcp, describeTcpOptions } from '../../lib/wire/tcp.ts';
import { decodeUdp } from '../../lib/wire/udp.ts';
import { completeFrame } from '../../lib/wire/virtio-net.ts';
import { vlanTagsOf, withoutVlanTags } from '../../lib/wire/vlan-tag.ts';
import { bytes, damaged, numRuns } from './arbitraries.ts';
import { CAPTURED } from './captured-frames.ts';
import { hex } from './hex.ts';

const heads = fc.constantFrom(
  '0806',
  '0800 45',
  '86dd 60',
  '8100 0001 0800 45',
  '88a8 0001 8100',
  '88b5',
  '88cc',
  '0026',
);
const frames = fc.oneof(
  bytes,
  fc.constantFrom(...Object.values(CAPTURED)).chain(({ frame }) => damaged(hex(frame))),
  fc.tuple(heads, bytes).map(([head, rest]) => Buffer.concat([hex(`ffffffffffff 020000000001 ${head}`), rest])),
);

/** What is asked of each frame that a tap has seen, or a probe's socket heard. */
const READERS: Record<string, (frame: Buffer) => unknown> = {
  ...{
    describeFrame,
    decodeFrameFields,
    frameIdentity,
    frameContent,
    ipPacketOf,
    markerOf,
    vlanTagsOf,
    withoutVlanTags,
  },
  ...{ completeFrame, solicitationOf, advertised, decodeTcp, describeTcpOptions, decodeUdp },
  ...{ decodeNeighbourMessage, decodeNeighbourSolicitation },
  isAbout: (frame) => [isAbout(frame, 'question', 'fd00::1'), isAbout(frame, 'answer', '10.0.0.1')],
};

describe('whatever bytes a frame has', () => {
  test.each(Object.entries(READERS))('%s reads it, and never throws', (_, read) => {
    fc.assert(
      fc.property(frames, (frame) => {
        const before = Buffer.from(frame);
        read(frame);
        expect(frame).toEqual(before);
      }),
      numRuns(1000),
    );
  });
});

test('whatever a console shows, it is read in linear time', () => {
  const words = [
    ...['hairpin: begins 1.1: a', 'rcu: INFO: ', 'INFO: task '],
    'hairpin: ends 1.1',
    ...['Kernel panic - not syncing', 'WARNING: a', 'BUG: KASAN: a', '====================', '[ cut here ]'],
    '\r',
    '\u001b[2J',
    ' ',
    '[  1.0]',
  ];
  const console = fc.array(fc.oneof(fc.constantFrom(...words, '\n'), fc.string())).map((parts) => parts.join(''));
  const read = (text: string) => [findReports(text), tellingLines(text), lastLines(text), runningTests(linesOf(text))];
  fc.assert(
    fc.property(console, (text) => {
      read(text);
    }),
    numRuns(1000),
  );
  for (const word of [...words, '\n', 'hairpin: begins ']) read(word.repeat(2 ** 20 / word.length));
});
