import { expect, test } from 'hairpin';
import { parseFormat } from '../../lib/kernel/packet-events/event-format.ts';
import { PerfRing } from '../../lib/kernel/packet-events/perf-ring.ts';
import { Tracefs } from '../../lib/kernel/packet-events/tracefs.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';
import { needReasons } from '../trace/kernel-line.ts';

// a ── b, on any CPU
test.for([
  ['that had room', 1, 64, false],
  ['that was too small says until when it has everything', 500, 1, true],
] as const)('a ring %s', ([, frames, pages, isCut], { lab, skip }) => {
  needReasons(skip);
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: from, b: to } = lab.cable(a, b);
  const tracefs = Tracefs.open();
  const { id } = parseFormat(tracefs?.read('events/net/net_dev_queue/format') ?? '');
  tracefs?.close();
  const rings = [0, 1].flatMap((cpu) => PerfRing.open(cpu, [id], pages) ?? []);
  const frame = encodeEthernet({ destination: to.mac, source: from.mac, etherType: 0x88b5, payload: Buffer.alloc(1) });
  for (let number = 0; number < frames; number++) FrameSocket.of(a).send(from, frame);
  for (const ring of rings) ring.stop();
  const read = rings.map((ring) => ring.read());
  for (const ring of rings) ring.close();
  const times = read.flatMap(({ records }) => records.map(({ time }) => time));
  expect(times.length).toBeGreaterThan(0);
  expect(read.some(({ until }) => until !== undefined)).toBe(isCut);
  for (const { records, until } of read)
    expect(records.every(({ time }) => until === undefined || time <= until)).toBe(true);
});
