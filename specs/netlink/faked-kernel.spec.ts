import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Request } from '../../lib/netlink/request.ts';

/** What the kernel that stands in for Linux has sent and not been asked for yet; a number is the errno of that receive. */
const { waiting, sent } = vi.hoisted(() => ({ waiting: [] as (Buffer | number)[], sent: [] as Buffer[] }));
/** Asked anew for each send, with the sequence number of its first message. */
let answer: (sequence: number) => (Buffer | number)[] = () => [];
let errno = 0;

vi.mock('../../lib/kernel/libc.ts', async (original) => ({
  ...(await original<typeof import('../../lib/kernel/libc.ts')>()),
  socket: () => 1000,
  close: () => 0,
  setsockopt: () => 0,
  lastErrno: () => errno,
  sendto: (_fd: number, request: Buffer) => {
    sent.push(Buffer.from(request));
    waiting.push(...answer(request.readUInt32LE(8)));
    return request.length;
  },
  recvfrom: (_fd: number, buffer: Buffer, length: number, flags: number) => {
    const first = waiting.shift() ?? EAGAIN;
    if (typeof first === 'number') {
      errno = first;
      return -1;
    }
    first.copy(buffer);
    return flags & MSG_TRUNC ? first.length : Math.min(first.length, length);
  },
}));

// In a worker that goes on to other files, or comes from one (--no-isolate), theirs is the true one.
let NetlinkSocket: typeof import('../../lib/netlink/socket.ts').NetlinkSocket;
beforeAll(async () => {
  vi.resetModules();
  ({ NetlinkSocket } = await import('../../lib/netlink/socket.ts'));
});
beforeEach(() => {
  waiting.length = 0;
  sent.length = 0;
});
afterAll(() => vi.resetModules());

const MSG_TRUNC = 0x20;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP_INTR = 0x10;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLMSG_OVERRUN = 4;
const [EAGAIN, EEXIST, ENODEV, ENOBUFS] = [11, 17, 19, 105];

function request(words: string, size = 16): Request<string> {
  return {
    type: 18,
    flags: 0,
    write: (to) => to.put(Buffer.alloc(size)),
    read: String,
    words: () => words,
    pathAt: () => [],
  };
}

const REQUEST = request('ip -n a link show');

function message(sequence: number, body: Buffer, { type = 16, flags = 0 } = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body]);
}

const done = (sequence: number) => message(sequence, Buffer.alloc(4), { type: NLMSG_DONE });

/** `struct nlmsgerr`: the errno, negative, and the header of the message that it is about. */
function acknowledge(sequence: number, refusal = 0): Buffer {
  const body = Buffer.alloc(20);
  body.writeInt32LE(0 - refusal);
  return message(sequence, body, { type: NLMSG_ERROR });
}

describe('an answer', () => {
  test('that was left behind by an earlier request is passed over', () => {
    answer = (sequence) => [message(sequence - 1, Buffer.from('late')), message(sequence, Buffer.from('here'))];
    expect(new NetlinkSocket().get(REQUEST)).toBe('here');
  });

  test('of whatever length is read whole: it is asked for again with room for it', () => {
    const long = Buffer.alloc(300_000, 'x');
    answer = (sequence) => [message(sequence, long)];
    expect(new NetlinkSocket().get(REQUEST)).toBe(String(long));
    expect(sent).toHaveLength(2);
  });

  test('that the kernel had no room for is asked for again', () => {
    const answers = [() => [ENOBUFS], (sequence: number) => [message(sequence, Buffer.from('here'))]];
    answer = (sequence) => answers[sent.length - 1]?.(sequence) ?? [];
    expect(new NetlinkSocket().get(REQUEST)).toBe('here');
  });

  test('that does not come is an error', () => {
    answer = () => [];
    expect(() => new NetlinkSocket().get(REQUEST)).toThrow(
      'ip -n a link show (receiving the answer): EAGAIN (resource temporarily unavailable)',
    );
  });

  test('that cannot be read is an error with the words of the request', () => {
    answer = (sequence) => [message(sequence, Buffer.from('?'))];
    const read = () => {
      throw new RangeError('IFLA_MTU: 2 bytes where there should be 4');
    };
    expect(() => new NetlinkSocket().get({ ...REQUEST, read })).toThrow(
      "ip -n a link show: the kernel's answer cannot be read: IFLA_MTU: 2 bytes where there should be 4",
    );
  });
});

describe('a table', () => {
  test('that changes while it is listed is listed again', () => {
    answer = (sequence) => [
      message(sequence, Buffer.from(`go ${sent.length}`), sent.length < 3 ? { flags: NLM_F_DUMP_INTR } : {}),
      done(sequence),
    ];
    expect(new NetlinkSocket().list(REQUEST)).toEqual(['go 3']);
  });

  test('that never stands still is said to be so', () => {
    answer = (sequence) => [message(sequence, Buffer.from('link'), { flags: NLM_F_DUMP_INTR }), done(sequence)];
    expect(() => new NetlinkSocket().list(REQUEST)).toThrow(
      'ip -n a link show: the table changed during each of 100 dumps (NLM_F_DUMP_INTR); a program in the namespace ' +
        'changes it without a pause: stop it, or ask when it has done',
    );
    expect(sent).toHaveLength(100);
  });

  test.each([
    ['is too long for the buffer', (sequence: number) => [message(sequence, Buffer.alloc(900_000)), done(sequence)]],
    ['found no room', (sequence: number) => [message(sequence, Buffer.from('a')), ENOBUFS, done(sequence)]],
    ['found no room, its end neither', (sequence: number) => [message(sequence, Buffer.from('a')), ENOBUFS]],
    [
      'was overrun',
      (sequence: number) => [message(sequence, Buffer.alloc(0), { type: NLMSG_OVERRUN }), done(sequence)],
    ],
  ])('of which a datagram %s is listed again, when its dump has ended', (_, cut) => {
    answer = (sequence) =>
      sent.length === 1 ? cut(sequence) : [message(sequence, Buffer.from('whole')), done(sequence)];
    expect(new NetlinkSocket().list(REQUEST)).toEqual(['whole']);
    expect(waiting).toEqual([]);
  });

  test('whose end does not come is an error', () => {
    answer = (sequence) => [message(sequence, Buffer.from('a'))];
    expect(() => new NetlinkSocket().list(REQUEST)).toThrow('ip -n a link show (receiving the answer): EAGAIN');
  });
});

describe('changes that are made together', () => {
  const requests = ['ip link add a', 'ip link set a up', 'ip address add 10.0.0.1/24 dev a'].map((words) =>
    request(words),
  );
  const flags = () => [0, 1, 2].map((index) => sent[0]?.readUInt16LE(32 * index + 6));

  test('go in one send, of which only the last asks for an acknowledgement', () => {
    answer = (sequence) => [acknowledge(sequence + 2)];
    new NetlinkSocket().change(...requests);
    expect(sent).toHaveLength(1);
    expect(flags()).toEqual([NLM_F_REQUEST, NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_ACK]);
  });

  test('fail by the first that the kernel refuses, with its own words', () => {
    answer = (sequence) => [
      acknowledge(sequence, EEXIST),
      acknowledge(sequence + 1, ENODEV),
      acknowledge(sequence + 2, ENODEV),
    ];
    expect(() => new NetlinkSocket().change(...requests)).toThrow('ip link add a: EEXIST (file already exists)');
  });

  test('fail though the last is done', () => {
    answer = (sequence) => [acknowledge(sequence + 1, ENODEV), acknowledge(sequence + 2)];
    expect(() => new NetlinkSocket().change(...requests)).toThrow('ip link set a up: ENODEV (no such device)');
  });

  test('fail when the kernel has no room to say what it did', () => {
    answer = (sequence) => [ENOBUFS, acknowledge(sequence + 2)];
    expect(() => new NetlinkSocket().change(...requests)).toThrow(
      'ip address add 10.0.0.1/24 dev a (receiving the answer): ENOBUFS (no buffer space available)\n' +
        '  usual cause: the kernel had no room for its answer, so it is not known whether it did as it was asked',
    );
  });

  test('go in several sends where they are too long for one', () => {
    answer = () => {
      const count = (sent.at(-1)?.length ?? 0) / 20_016;
      return [acknowledge((sent.at(-1)?.readUInt32LE(8) ?? 0) + count - 1)];
    };
    new NetlinkSocket().change(...Array.from({ length: 10 }, (_, index) => request(`${index}`, 20_000)));
    expect(sent.map(({ length }) => length / 20_016)).toEqual([4, 4, 2]);
  });

  test('that are none send nothing', () => {
    new NetlinkSocket().change();
    expect(sent).toEqual([]);
  });
});
