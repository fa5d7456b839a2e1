import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cable, expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { describeCapturing, needs } from '../needs.ts';
import { tcpdump } from '../report/tcpdump.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

// a eth0 ── p0 (sw) p1 ── eth0 b
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  const cable = lab.cable(b, sw);
  return { a, b, cable };
}

/**
 * Takes the plug out for some time, in which the event loop is kept busy: the probes must not depend on it.
 *
 * @returns a moment at which it was out, in milliseconds since 1970
 */
function unplugBusily(cable: Cable, milliseconds: number): number {
  using _cut = cable.unplug();
  const moment = performance.timeOrigin + performance.now();
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return moment;
}

test.for(['icmp', 'udp'] as const)('what answers all the time stays reachable, by %s', async (by, { lab }) => {
  const { a, b } = build(lab);
  let called = 0;
  await expect(a).toStayReachable(b, {
    by,
    gap: 500,
    while: async () => {
      called++;
      await pause(50);
    },
  });
  expect(called).toBe(1);
});

/** When packets passed, in milliseconds, as tcpdump has written them down. */
async function timesIn(reader: Namespace, file: string, filter: string): Promise<number[]> {
  const lines = await tcpdump(reader, ['-tt', '-r', file, filter]);
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [Number(line.split(' ')[0]) * 1000]));
}

/** The time from the last packet before a moment to the first behind it. */
function gapAround(times: readonly number[], moment: number): number {
  const next = times.findIndex((time) => time > moment);
  return (times[next] ?? Number.NaN) - (times[next - 1] ?? Number.NaN);
}

const MOST_MEASUREMENTS = 6;

describeCapturing(() => {
  needs('tcpdump');

  // Packets of 40 bytes are those of the measurement; others have asked before whether b answers at all.
  test.for([
    ['icmp', 'icmp[0] == 0 and ip[2:2] == 40', 'icmp[0] == 8 and ip[2:2] == 40'],
    ['udp', 'udp and src host 10.0.0.2 and ip[2:2] == 40', 'udp and dst host 10.0.0.2 and ip[2:2] == 40'],
  ] as const)(
    'an outage is as long as tcpdump says at both ends, by %s',
    async ([by, answers, probes], { lab, onTestFinished }) => {
      const { a, b, cable } = build(lab);
      const folder = await mkdtemp(join(tmpdir(), 'hairpin-continuity-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const files = { a: join(folder, 'a.pcap'), b: join(folder, 'b.pcap') };
      const dump = (namespace: Namespace, file: string) =>
        namespace.daemon('tcpdump', ['-Z', 'root', '-i', 'eth0', '-U', '--immediate-mode', '-w', file], {
          ready: { log: 'listening on' },
        });
      const measure = async () => {
        let failure = '';
        let moment = 0;
        const cut = () => {
          moment = unplugBusily(cable, 150);
        };
        {
          await using _a = await dump(a, files.a);
          await using _b = await dump(b, files.b);
          failure = await failureOf(expect(a).toStayReachable(b, { by, gap: 20, while: cut }));
        }
        const [, from, to = from] = /^Received: {2}an outage of (?:(\d+) to )?(\d+) ms \(/m.exec(failure) ?? [];
        const [atA, atB] = await Promise.all([timesIn(a, files.a, answers), timesIn(b, files.b, probes)]);
        expect(Number(to)).toBeGreaterThan(140);
        // Between the last packet before and the first behind there is one tick more than there are probes lost.
        const outages = [atA, atB].map((times) => gapAround(times, moment) - 1);
        for (const outage of outages) expect(outage).toBeGreaterThanOrEqual(Number(from ?? to) - 2);
        return Math.max(...outages) - Number(to);
      };
      // What waits for a neighbour's MAC address, or for a busy machine, is late and not lost: then tcpdump's gap is longer than the
      // outage, and it is measured again.
      let longer = await measure();
      for (let time = 1; longer > 2 && time < MOST_MEASUREMENTS; time++) longer = await measure();
      expect(longer).toBeLessThanOrEqual(2);
    },
  );
});

/** Between two outages, in milliseconds. */
const LONGEST_PAUSE = 10_000;

test('a failure has a line for each outage', async ({ lab }) => {
  const { a, b, cable } = build(lab);
  const flapWith = (up: number) => {
    const flap = () => cable.flap({ times: 2, down: 60, up });
    return { gap: 20, while: flap };
  };
  let failure = '';
  // Two outages are one where a busy machine answers nothing between them.
  for (let up = 100; up <= LONGEST_PAUSE && !failure.includes(' outages in '); up *= 4)
    failure = await failureOf(expect(a).toStayReachable(b, flapWith(up)));
  const lines = failure
    .replace(/(\d+ to )?\d+(\.\d+)? ms/g, 'N ms')
    .replace(/\d+ (probe|outage)s/g, 'N $1s')
    .split('\n');
  expect(lines.slice(0, 6)).toEqual([
    'expect(a).toStayReachable(b, { gap: 20, while: the function flap })',
    '',
    'From:      a 10.0.0.1 (eth0, veth to sw/p0)',
    'To:        b 10.0.0.2, over IPv4',
    'Expected:  no outage longer than N ms, by an ICMP echo each millisecond',
    'Received:  an outage of N ms (N outages in N ms, of N probes)',
  ]);
  expect(lines[6]).toBe('Outages:   +N ms: N ms, N probes lost');
  expect(lines.slice(7)).toContain('           +N ms: N ms, N probes lost');
  await expect(a).not.toStayReachable(b, flapWith(100));
});

test('without an end, and without a beginning', async ({ lab }) => {
  const { a, b, cable } = build(lab);
  const failure = await failureOf(expect(a).toStayReachable(b, { gap: 20, while: () => void cable.unplug() }));
  expect(failure).toMatch(/ probes lost, and no end$/);
  let called = false;
  const never = {
    while: () => {
      called = true;
    },
  };
  for (const assertion of [expect(a).toStayReachable(b, never), expect(a).not.toStayReachable(b, never)])
    expect(await failureOf(assertion)).toMatch(
      /^Received: {2}none \(.*; \d+ probes\), so the function was not called$/m,
    );
  expect(called).toBe(false);
});

// the same; b drops packets of 40 bytes, which are those of the measurement
test('a network that lets only the first question through', async ({ lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['ip length 40 drop']);
  const failure = await failureOf(expect(a).toStayReachable(b, { while: () => {} }));
  expect(failure).toMatch(
    /^Received: {2}none \(it answered, but none of the next \d+ probes, one each millisecond, at once; 1 probe\), so the function was not called$/m,
  );
});

test('what the function throws is what the assertion throws', async ({ lab }) => {
  const { a, b } = build(lab);
  const failing = () => Promise.reject(new Error('no such router'));
  await expect(expect(a).toStayReachable(b, { gap: 500, while: failing })).rejects.toThrow('no such router');
});

test.for<[options: unknown, message: string]>([
  [
    undefined,
    'while must be a function that changes the network, as in { while: () => failover(), gap: 50 }: received undefined',
  ],
  [
    { gap: 5 },
    'while must be a function that changes the network, as in { while: () => failover(), gap: 50 }: received undefined',
  ],
  [{ while: () => {}, gap: -1 }, 'gap must be milliseconds, 0 to 2147483647: received -1'],
  [{ while: () => {}, by: 'tcp' }, "by must be one of icmp, udp: received 'tcp'"],
  [
    { while: () => {}, within: 5 },
    "there is no option 'within' (the nearest is gap); the options are while, gap, by, family, from",
  ],
  [{ while: () => {}, by: 'udp', port: 53 }, "there is no option 'port'; the options are while, gap, by, family, from"],
  [{ while: () => {}, family: 5 }, 'family must be one of 4, 6: received 5'],
])('it refuses %o', async ([options, message], { lab }) => {
  const { a, b } = build(lab);
  const error = await expect(a)
    .toStayReachable(b, options as never)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message.endsWith(`: ${message}`)).toBe(true);
});

// the same; nobody hears a's question for b's MAC address, and a asks again after 300 ms
test('an answer that comes late ends no outage', async ({ lab }) => {
  const { a, b } = build(lab);
  a.sysctl.set('net.ipv4.neigh.eth0.retrans_time_ms', 300);
  const loseQuestion = async () => {
    using _apart = lab.partition([a], [b]);
    a.neighbour.flush();
    await pause(60);
  };
  const failure = await failureOf(expect(a).toStayReachable(b, { gap: 250, while: loseQuestion }));
  expect(failure).toMatch(/^Received: {2}(an outage of|inconclusive: for) \d/m);
});
