import { expect, test } from 'vitest';
import type { CapturedFrame, Interface, Namespace } from '../../lib/lab/index.ts';
import { SlowHops } from '../../lib/trace/slow-hops.ts';

// a eth0 ── p0 (sw) p1 ── …, or p0 alone, by which sw reflects
const sw = {} as Namespace;
const [eth0, p0, p1] = [{}, sw, sw].map((namespace) => ({ namespace }) as Interface) as [
  Interface,
  Interface,
  Interface,
];

/** Milliseconds of each sighting: a minus stands before those of a frame that goes out. */
function slowestOf(seen: readonly [at: Interface, milliseconds: number][], bytes = Buffer.alloc(60)): number {
  const hops = new SlowHops();
  const frames = seen.map(
    ([at, milliseconds]): Pick<CapturedFrame, 'at' | 'direction' | 'identity' | 'nanoseconds' | 'bytes'> => ({
      ...{ at, bytes, identity: 'a question', direction: milliseconds < 0 ? 'out' : 'in' },
      nanoseconds: BigInt(Math.abs(milliseconds) * 1e6),
    }),
  );
  // As they come: what was looked at before is remembered.
  for (const frame of frames) hops.look([frame]);
  return hops.slowest;
}

test.for<[name: string, seen: [at: Interface, milliseconds: number][], slowest: number]>([
  [
    'a frame that is passed on',
    [
      [eth0, -1],
      [p0, 2],
      [p1, -9],
    ],
    7,
  ],
  [
    'the first of two that are alike',
    [
      [p0, 2],
      [p0, 22],
      [p1, -25],
    ],
    23,
  ],
  [
    'one that comes again, after the first has gone on',
    [
      [p0, 2],
      [p1, -3],
      [p0, 22],
      [p1, -24],
    ],
    2,
  ],
  [
    'one that goes out by several devices: only the first counts',
    [
      [p0, 2],
      [p1, -3],
      [p0, -90],
    ],
    1,
  ],
  [
    'one that comes back to its sender, who repeats it',
    [
      [eth0, -1],
      [eth0, 2],
      [eth0, -500],
      [eth0, 501],
      [eth0, -900],
    ],
    0,
  ],
  [
    'one that is reflected again and again',
    [
      [p0, 2],
      [p0, -3],
      [p0, 22],
      [p0, -27],
    ],
    5,
  ],
  [
    'one by a cable between two devices of one host',
    [
      [p0, -1],
      [p1, 2],
      [p0, -8],
    ],
    6,
  ],
  [
    'more than a second: a new frame with the same bytes',
    [
      [p0, 2],
      [p1, -1500],
    ],
    0,
  ],
])('%s', ([, seen, slowest]) => {
  expect(slowestOf(seen)).toBe(slowest);
});

test('reports of groups, which repeat by themselves, show no slow hop', () => {
  const seen: [Interface, number][] = [
    [p0, 2],
    [p0, 500],
    [p1, -501],
  ];
  const igmp = Buffer.alloc(60);
  igmp.writeUInt16BE(0x0800, 12);
  igmp.writeUInt8(0x46, 14);
  igmp.writeUInt16BE(40, 16);
  igmp.writeUInt8(2, 23);
  // The next header is 0: hop-by-hop options.
  const mld = Buffer.alloc(90);
  mld.writeUInt16BE(0x86dd, 12);
  mld.writeUInt8(0x60, 14);
  mld.writeUInt16BE(36, 18);
  expect(slowestOf(seen)).toBe(499);
  expect(slowestOf(seen, igmp)).toBe(0);
  expect(slowestOf(seen, mld)).toBe(0);
});
