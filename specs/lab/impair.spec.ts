import { diagnosisOf, expect, type ImpairOptions, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { describeImpairing } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { read } from './referee.ts';

// a eth0 ── eth0 b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: near, b: far } = lab.cable(a, b);
  return { a, b, near, far };
}

interface TcQdisc {
  kind: string;
  root?: boolean;
  options: Record<string, unknown>;
}

/** `tc -j qdisc`: what the referee says of the device's own. */
async function qdiscOf(namespace: Namespace): Promise<TcQdisc | undefined> {
  const all = await read<TcQdisc>(namespace, 'tc', ['-j', 'qdisc', 'show', 'dev', 'eth0']);
  return all.find(({ root, kind }) => root && kind !== 'noqueue');
}

test('a rate alone works without netem', async ({ lab }) => {
  const { a, b, near } = build(lab);
  {
    using _slow = near.impair({ rate: '1.5mbit', limit: 10 });
    const [rate, shown] = [1_500_000 / 8, await qdiscOf(a)];
    const options = shown?.kind === 'netem' ? { rate: expect.objectContaining({ rate }) } : { rate };
    expect(shown).toMatchObject({ kind: expect.stringMatching(/^(tbf|netem)$/), options });
    await expect(a).toReach(b);
  }
  expect(await qdiscOf(a)).toBe(undefined);
});

test('a device has one queueing discipline', async ({ lab }) => {
  const { a, near } = build(lab);
  const first = near.impair({ rate: '10mbit' });
  expect(() => near.impair({ rate: '10mbit' })).toThrow(
    /^a\/eth0\.impair: a\/eth0 has the queueing discipline (tbf|netem) already: end it first \(clear\(\), or tc qdisc del dev eth0 root\)$/,
  );
  first.clear();
  first.clear();
  using second = near.impair({ rate: '20mbit' });
  await a.exec('tc', ['qdisc', 'del', 'dev', 'eth0', 'root']);
  second.clear();
});

test.for<[options: unknown, message: string]>([
  [{}, 'a/eth0.impair: say what happens to packets: one of delay, jitter, loss, duplicate, reorder, corrupt, rate'],
  [
    { limit: 5 },
    'a/eth0.impair: say what happens to packets: one of delay, jitter, loss, duplicate, reorder, corrupt, rate',
  ],
  [
    { lost: 5 },
    "a/eth0.impair: there is no option 'lost'; the options are delay, jitter, loss, duplicate, reorder, corrupt, rate, limit",
  ],
  [{ delay: '20ms' }, "a/eth0.impair: delay must be milliseconds, 0 to 3600000: received '20ms'"],
  [{ delay: -1 }, 'a/eth0.impair: delay must be milliseconds, 0 to 3600000: received -1'],
  [{ loss: 101 }, 'a/eth0.impair: loss must be percent, 0 to 100: received 101'],
  [{ jitter: 5 }, 'a/eth0.impair: jitter needs a delay: without one no packet waits'],
  [{ reorder: 5 }, 'a/eth0.impair: reorder needs a delay: without one no packet waits'],
  [{ delay: 5, limit: 0 }, 'a/eth0.impair: limit must be a whole number from 1 to 4294967295: received 0'],
  [
    { rate: '10mb' },
    "a/eth0.impair: rate must be bits a second such as '512kbit', '10mbit' or '1.5gbit', 8bit at least: received '10mb'",
  ],
  [
    { rate: 10 },
    "a/eth0.impair: rate must be bits a second such as '512kbit', '10mbit' or '1.5gbit', 8bit at least: received 10",
  ],
])('a link is not impaired by %o', ([options, message], { lab }) => {
  const { near } = build(lab);
  expect(() => near.impair(options as never)).toThrow(new UsageError(message));
});

await describeImpairing(() => {
  test.for<[options: ImpairOptions, shown: Record<string, unknown>]>([
    [{ delay: 20 }, { limit: 1000, delay: { delay: 0.02, jitter: 0 } }],
    [
      { delay: 0.5, jitter: 0.25, limit: 7 },
      { limit: 7, delay: { delay: expect.closeTo(0.0005, 5), jitter: expect.closeTo(0.00025, 5) } },
    ],
    [{ loss: 30 }, { 'loss-random': { loss: expect.closeTo(0.3, 6) } }],
    [
      { duplicate: 2.5, corrupt: 1 },
      { duplicate: { duplicate: expect.closeTo(0.025, 6) }, corrupt: { corrupt: expect.closeTo(0.01, 6) } },
    ],
    [
      { delay: 10, reorder: 25 },
      { reorder: { reorder: expect.closeTo(0.25, 6) }, gap: 1 },
    ],
    [{ rate: '10mbit' }, { rate: { rate: 1_250_000 } }],
    [
      { rate: '100gbit', delay: 1 },
      { rate: { rate: 12_500_000_000 }, delay: { delay: 0.001 } },
    ],
  ])('%o is what tc shows', async ([options, shown], { lab }) => {
    const { a, near } = build(lab);
    using _worse = near.impair(options);
    expect(await qdiscOf(a)).toMatchObject({ kind: 'netem', options: shown });
  });

  test('a delay counts for each packet, and ends with its scope', async ({ lab }) => {
    const { a, b, near, far } = build(lab);
    const roundTrip = async () => {
      const { stdout } = await a.exec('ping', ['-c3', '-i0.01', '10.0.0.2']);
      return Number(/= ([\d.]+)\//.exec(stdout)?.[1]);
    };
    {
      using _there = near.impair({ delay: 30 });
      using _back = far.impair({ delay: 40 });
      await expect(a).toReach(b);
      expect(await roundTrip()).toBeGreaterThan(70);
    }
    for (const host of [a, b]) expect((await qdiscOf(host))?.kind).not.toBe('netem');
  });

  test('a negative waits for what is under way', async ({ lab }) => {
    const { a, b, near, far } = build(lab);
    using _there = near.impair({ delay: 400 });
    using _back = far.impair({ delay: 400 });
    const failure = await failureOf(expect(a).not.toReach(b, { hold: 20 }));
    expect(failure).toMatch(/^Received: {2}an answer/m);
    await expect(a).toReach(b);
  });

  test('a delay that is too long to wait for proves nothing', async ({ lab }) => {
    const { a, b, near } = build(lab);
    using _there = near.impair({ delay: 60_000 });
    expect(await failureOf(expect(a).not.toReach(b, { hold: 20 }))).toMatch(
      /inconclusive.*netem of a\/eth0 kept packets back for longer than 5 s/,
    );
  });

  test.for([30, 80])('a loss of %d percent is no negative', async (loss, { lab }) => {
    const { a, b, near, far } = build(lab);
    using _there = near.impair({ loss });
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^Received: {2}an answer/m);
    using _back = far.impair({ loss: 30 });
    await expect(a).toReach(b, { within: 5000 });
  });

  test('where nearly all is lost by chance, silence proves nothing', async ({ lab }) => {
    const { a, b, near } = build(lab);
    a.neighbour.add({ to: '10.0.0.2', lladdr: b.interface().mac });
    using _there = near.impair({ loss: 99.9999 });
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(
      /inconclusive.*netem of a\/eth0 may lose so many packets by chance that 1000 probes without an answer prove nothing/,
    );
    expect(await failureOf(expect(b).not.toHear(a))).toMatch(/netem of a\/eth0 may have lost the only frame by chance/);
  });

  // b drops its answers to a, and answers itself.
  test('where losses follow one another, silence proves nothing', async ({ lab }) => {
    const { a, b } = build(lab);
    b.route.add({ to: '10.0.0.1/32', type: 'blackhole' });
    await a.exec('tc', 'qdisc add dev eth0 root netem loss 20%'.split(' '));
    await expect(a).not.toReach(b);
    await a.exec('tc', 'qdisc change dev eth0 root netem loss 20% 50%'.split(' '));
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/netem of a\/eth0 may lose so many packets by chance/);
  });

  // a ── r (router) ── b
  test('who loses everything is named', async ({ lab }) => {
    const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
    const { a: near } = lab.cable(a, r);
    const { a: beyond } = lab.cable(r, b);
    {
      using _dead = beyond.impair({ loss: 100 });
      await expect(a).not.toReach(b, { droppedBy: 'qdisc.netem', at: beyond });
      const error = await expect(a)
        .toReach(b, { within: 50 })
        .catch((thrown: unknown) => thrown);
      expect(diagnosisOf(error)).toMatchObject({ code: 'qdisc.netem', facts: { device: 'r/eth1', loss: 100 } });
    }
    await expect(a).toReach(b);
    using _dead = near.impair({ loss: 100 });
    await expect(a).not.toReach(b, { droppedBy: 'qdisc.netem', at: near });
    expect(await failureOf(expect(a).toReach(b, { within: 50 }))).toMatch(
      /lost by netem of a\/eth0, which loses 100 % of the packets\n(.*\n)*Hint: mend the link: clear\(\), or the end of its `using` scope; if a program impaired it: tc qdisc del dev eth0 root$/m,
    );
  });

  // The same. Only UDP comes to netem, and r has a rule against ICMP.
  test('who loses everything of another kind is not named', async ({ lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    for (const words of [
      'qdisc add dev eth1 root handle 1: prio',
      'qdisc add dev eth1 parent 1:3 handle 30: netem loss 100%',
      'filter add dev eth1 parent 1: protocol ip prio 1 u32 match ip protocol 17 0xff flowid 1:3',
      'filter add dev eth1 parent 1: protocol all prio 9 u32 match u32 0 0 flowid 1:1',
    ])
      await r.exec('tc', words.split(' '));
    await expect(a).toReach(b);
    await r.exec('ip', 'rule add iif eth0 ipproto icmp blackhole'.split(' '));
    const error = await expect(a)
      .toReach(b, { within: 50 })
      .catch((thrown: unknown) => thrown);
    expect(diagnosisOf(error)).toMatchObject({ code: 'unknown', lastSeen: 'r/eth0' });
  });
});
