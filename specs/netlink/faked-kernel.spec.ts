import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** What the kernel that stands in for Linux has sent and not been asked for yet. */
const { datagrams } = vi.hoisted(() => ({ datagrams: [] as Buffer[] }));
/** Asked anew for each request. */
let answer: (sequence: number) => Buffer[] = () => [];

vi.mock('../../lib/kernel/libc.ts', async (original) => ({
  ...(await original<typeof import('../../lib/kernel/libc.ts')>()),
  socket: () => 1000,
  close: () => 0,
  setsockopt: () => 0,
  lastErrno: () => 11,
  sendto: (_fd: number, request: Buffer) => {
    datagrams.push(...answer(request.readUInt32LE(8)));
    return request.length;
  },
  recvfrom: (_fd: number, buffer: Buffer, length: number, flags: number) => {
    const [first] = datagrams;
    if (!first) return -1;
    if (!(flags & MSG_PEEK)) datagrams.shift();
    first.copy(buffer);
    return flags & MSG_TRUNC ? first.length : Math.min(first.length, length);
  },
}));

// In a worker that goes on to other files, or comes from one (--no-isolate), theirs is the true one.
let RtnetlinkSocket: typeof import('../../lib/netlink/socket.ts').RtnetlinkSocket;
beforeAll(async () => {
  vi.resetModules();
  ({ RtnetlinkSocket } = await import('../../lib/netlink/socket.ts'));
});
afterAll(() => vi.resetModules());

const MSG_PEEK = 0x2;
const MSG_TRUNC = 0x20;
const NLM_F_DUMP_INTR = 0x10;
const NLMSG_DONE = 3;
const REQUEST = { type: 18, flags: 0, header: Buffer.alloc(16), attributes: [] };
const OPERATION = { operation: 'ip -n a link' };

function message(sequence: number, body: Buffer, { type = 16, flags = 0 } = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body]);
}

const done = (sequence: number) => message(sequence, Buffer.alloc(4), { type: NLMSG_DONE });

test('an answer that was left behind by an earlier request is passed over', () => {
  answer = (sequence) => [message(sequence - 1, Buffer.from('late')), message(sequence, Buffer.from('here'))];
  const socket = new RtnetlinkSocket();
  expect(String(socket.get(REQUEST, OPERATION))).toBe('here');
});

test('an answer of whatever length is read whole', () => {
  const long = Buffer.alloc(300_000, 'x');
  answer = (sequence) => [message(sequence, long)];
  expect(new RtnetlinkSocket().get(REQUEST, OPERATION).equals(long)).toBe(true);
});

test('a table that changes while it is listed is listed again', () => {
  let asked = 0;
  answer = (sequence) => [
    message(sequence, Buffer.from(`go ${++asked}`), asked < 3 ? { flags: NLM_F_DUMP_INTR } : {}),
    done(sequence),
  ];
  expect(new RtnetlinkSocket().dump(REQUEST, OPERATION).map(String)).toEqual(['go 3']);
});

test('one that never stands still is said to be so', () => {
  let asked = 0;
  answer = (sequence) => {
    asked++;
    return [message(sequence, Buffer.from('link'), { flags: NLM_F_DUMP_INTR }), done(sequence)];
  };
  expect(() => new RtnetlinkSocket().dump(REQUEST, OPERATION)).toThrow(
    'ip -n a link: the table changed during each of 100 dumps (NLM_F_DUMP_INTR); a program in the namespace changes it ' +
      'without a pause: stop it, or ask when it has done',
  );
  expect(asked).toBe(100);
});
