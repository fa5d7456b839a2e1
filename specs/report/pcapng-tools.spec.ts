import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Namespace, test } from 'hairpin';
import { describeFrame } from '../../lib/wire/describe-frame.ts';
import { encodePcapng } from '../../lib/wire/pcapng.ts';
import { needs } from '../needs.ts';
import { CAPTURED } from '../unit/captured-frames.ts';
import { hex } from '../unit/hex.ts';
import { tcpdump } from './tcpdump.ts';

needs('tcpdump', 'tshark', 'capinfos');

const FRAMES = ['arpRequest', 'arpReply', 'echoRequest', 'echoReply6', 'tcpSyn', 'udp'] as const;
const FIRST = 1_767_225_600_123_456_789n;

/** One frame a microsecond, turn by turn at two devices; the last was cut off at 46 bytes. */
const CAPTURE = encodePcapng({
  interfaces: [{ name: 'ns1/m1' }, { name: 'host/up0', description: 'veth' }],
  packets: FRAMES.map((name, index) => {
    const bytes = hex(CAPTURED[name].frame);
    return {
      interface: index % 2,
      nanoseconds: FIRST + BigInt(index) * 1000n,
      bytes: name === 'udp' ? bytes.subarray(0, 46) : bytes,
      originalLength: bytes.length,
      direction: index % 2 === 0 ? ('out' as const) : ('in' as const),
      comment: describeFrame(bytes),
    };
  }),
});

// a
test('tcpdump reads a capture, to the nanosecond', async ({ lab }) => {
  const text = await withFile((file) => tcpdump(lab.namespace('a'), ['-r', file, '-tt', '--nano']));
  const lines = text.split('\n');
  expect(lines).toEqual([
    '1767225600.123456789 ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28',
    '1767225600.123457789 ARP, Reply 10.0.0.2 is-at 02:00:00:00:00:67, length 28',
    expect.stringMatching(/^1767225600\.123458789 IP 10\.0\.0\.1 > 10\.0\.0\.2: ICMP echo request, id 3197, seq 1/),
    expect.stringMatching(/^1767225600\.123459789 IP6 fd00::2 > fd00::1: ICMP6, echo reply, id 3199, seq 1/),
    expect.stringMatching(/^1767225600\.123460789 IP 10\.0\.0\.1\.42886 > 10\.0\.0\.2\.81: Flags \[S\]/),
    expect.stringMatching(/^1767225600\.123461789 IP 10\.0\.0\.1\.42774 > 10\.0\.0\.2\.53: /),
  ]);
});

// a
test('tshark reads names, directions, lengths and comments', async ({ lab }) => {
  const fields = ['frame.interface_name', 'frame.packet_flags_direction', 'frame.time_epoch', 'frame.len'];
  const wanted = [...fields, 'frame.cap_len', 'frame.comment'].flatMap((field) => ['-e', field]);
  const lines = await withFile((file) =>
    read(lab.namespace('a'), 'tshark', ['-r', file, '-n', '-T', 'fields', ...wanted]),
  );
  expect(lines.map((line) => line.split('\t'))).toEqual(
    FRAMES.map((name, index) => {
      const { length } = hex(CAPTURED[name].frame);
      return [
        index % 2 === 0 ? 'ns1/m1' : 'host/up0',
        // epb_flags: 1 is inbound, 2 outbound.
        expect.stringMatching(index % 2 === 0 ? /2$/ : /1$/),
        seconds(FIRST + BigInt(index) * 1000n),
        `${length}`,
        `${name === 'udp' ? 46 : length}`,
        CAPTURED[name].line,
      ];
    }),
  );
});

// a
test('capinfos has no complaint', async ({ lab }) => {
  const lines = await withFile((file) => read(lab.namespace('a'), 'capinfos', ['-M', file]));
  const text = lines.join('\n');
  expect(text).toMatch(/Number of packets: +6$/m);
  expect(text).toMatch(/File timestamp precision: +nanoseconds \(9\)$/m);
  expect(text).toMatch(/Capture application: +hairpin$/m);
  expect(text).toMatch(/Number of interfaces in file: +2$/m);
});

/** As tcpdump and tshark print a time. */
function seconds(nanoseconds: bigint): string {
  return `${nanoseconds / 10n ** 9n}.${`${nanoseconds % 10n ** 9n}`.padStart(9, '0')}`;
}

/** The lines that a program says, inside a namespace as a user's spec would have it. */
async function read(namespace: Namespace, program: string, args: string[]): Promise<string[]> {
  return (await namespace.exec(program, args)).stdout.split('\n');
}

async function withFile<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-pcapng-'));
  try {
    const file = join(folder, 'lab.pcapng');
    await writeFile(file, CAPTURE);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
