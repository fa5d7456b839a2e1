import { expect, type Lab, type QdiscOptions, test, UsageError } from 'hairpin';
import { NUMBERS } from '../../lib/netlink/names.ts';
import { tcQdisc } from '../../lib/netlink/tc/qdisc.ts';
import { describeFilterActions, describeImpairing, describeQueues } from '../needs.ts';
import { read } from './referee.ts';

interface Shown {
  kind: string;
  handle: string;
  root?: boolean;
  parent?: string;
  options: Record<string, unknown>;
}

// a eth0 ── eth0 b
test('the place of filters is added, listed and deleted', async ({ lab }) => {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const shown = async () => await read<Shown>(eth0.namespace, 'tc', ['-j', 'qdisc', 'show', 'dev', 'eth0', 'clsact']);
  expect(eth0.qdisc.list()).toMatchObject([{ kind: 'noqueue', parent: 'root', handle: '0:', options: undefined }]);

  eth0.qdisc.add({ kind: 'clsact' });
  expect(await shown()).toMatchObject([{ kind: 'clsact', handle: 'ffff:', parent: 'ffff:fff1' }]);
  expect(eth0.qdisc.list()).toContainEqual({ kind: 'clsact', parent: 'clsact', handle: 'ffff:', options: {} });
  expect(() => eth0.qdisc.add({ kind: 'clsact' })).toThrow('there is one in this place already');

  eth0.qdisc.delete({ kind: 'clsact' });
  expect(await shown()).toEqual([]);
  expect(() => eth0.qdisc.delete({ kind: 'clsact' })).toThrow('there is no such queueing discipline');
});

// a eth0 ── eth0 b
test('a queue takes the place of that of the kernel, is replaced, and deleted', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  const shown = async () => await read<Shown>(a, 'tc', ['-j', 'qdisc', 'show', 'dev', 'eth0', 'root']);
  eth0.qdisc.add({ kind: 'pfifo', handle: '1:', limit: 10 });
  expect(await shown()).toMatchObject([{ kind: 'pfifo', handle: '1:', root: true, options: { limit: 10 } }]);
  eth0.qdisc.replace({ kind: 'pfifo', handle: '1:', limit: 20 });
  expect(await shown()).toMatchObject([{ options: { limit: 20 } }]);
  expect(eth0.qdisc.list()).toEqual([{ kind: 'pfifo', parent: 'root', handle: '1:', options: { limit: 20 } }]);
  await expect(a).toReach(b);

  eth0.qdisc.delete({ parent: 'root' });
  expect(await shown()).toMatchObject([{ kind: 'noqueue' }]);
});

const QUEUES: QdiscOptions[] = [
  { kind: 'bfifo', handle: '1:', limit: 9000 },
  { kind: 'pfifo_head_drop', handle: '1:', limit: 7 },
  { kind: 'prio', handle: '1:', bands: 4, priomap: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3] },
  { kind: 'codel', handle: '1:', limit: 50, target: 16, interval: 128, ecn: true, ceThreshold: 32 },
  {
    ...{ kind: 'fq_codel', handle: '1:', limit: 50, flows: 16, target: 16, interval: 128, ecn: false, ceThreshold: 32 },
    ...{ quantum: 500, ceThresholdSelector: '0x1/0x3', memoryLimit: 100000, dropBatch: 4 },
  },
];

/** A tick of 40gbit is 320 bytes. */
const SHAPERS: QdiscOptions[] = [
  { kind: 'tbf', handle: '1:', rate: '10mbit', burst: 3000, limit: 15000 },
  { kind: 'tbf', handle: '1:', rate: '40gbit', burst: 99680, limit: 15000 },
  { kind: 'tbf', handle: '1:', rate: '512kbit', burst: 1601, limit: 9000, peakrate: '1mbit', mtu: 1600 },
];

/** They need CONFIG_NET_SCH_NETEM, _SFQ and _FQ. */
const OTHERS: QdiscOptions[] = [
  {
    kind: 'sfq',
    handle: '1:',
    limit: 100,
    perturb: 10,
    quantum: 3000,
    divisor: 512,
    flows: 64,
    depth: 32,
    headdrop: true,
  },
  {
    ...{ kind: 'fq', handle: '1:', limit: 500, flowLimit: 20, quantum: 3000, initialQuantum: 9000, maxrate: '8mbit' },
    ...{ buckets: 512, orphanMask: 255, pacing: false, refillDelay: 20, lowRateThreshold: '1mbit', ceThreshold: 4 },
    ...{ timerSlack: 0.02, horizon: 5000, horizonDrop: false },
  },
  {
    kind: 'netem',
    handle: '1:',
    limit: 50,
    delay: 10.4,
    jitter: 2,
    loss: 1.5,
    duplicate: 2,
    corrupt: 3,
    rate: '1500mbit',
  },
  { kind: 'netem', handle: '1:', delay: 10, reorder: 25, rate: '50gbit' },
  { kind: 'netem', handle: '1:', loss: 100 },
];

/** Compares what hairpin makes with what tc makes of its words, and with what tc shows. */
async function compareWithTc(options: QdiscOptions, lab: Lab): Promise<void> {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const shown = async () => await read<Shown>(eth0.namespace, 'tc', ['-j', 'qdisc', 'show', 'dev', 'eth0', 'root']);
  const { kind, handle, ...rest } = options;
  eth0.qdisc.add(options);
  const [own, ownShown] = [eth0.qdisc.list(), await shown()];
  expect(own).toMatchObject([{ kind, handle, parent: 'root', options: rest }]);
  eth0.qdisc.delete({ parent: 'root' });

  const words = tcQdisc.add({ device: eth0.index, handle: 0x1_0000, kind, options: rest });
  await eth0.namespace.exec(
    'tc',
    words
      .words({ ...NUMBERS, device: () => 'eth0' })
      .split(' ')
      .slice(1),
  );
  expect(eth0.qdisc.list()).toEqual(own);
  expect(await shown()).toEqual(ownShown);
}

await describeQueues(() => {
  // a eth0 ── eth0 b
  test.for(QUEUES)('is what tc makes of its words: $kind', (options, { lab }) => compareWithTc(options, lab));
});

// a eth0 ── eth0 b
test.for(SHAPERS)('is what tc makes of its words: $kind, $rate', (options, { lab }) => compareWithTc(options, lab));

await describeImpairing(() => {
  // a eth0 ── eth0 b
  test.for(OTHERS)('is what tc makes of its words: %o', (options, { lab }) => compareWithTc(options, lab));

  // a eth0 ── eth0 b
  test('a correlation and a model of loss have no words', async ({ lab }) => {
    const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
    for (const loss of ['loss 10% 25%', 'loss gemodel 1%', 'delay 10ms reorder 25% gap 5']) {
      await eth0.namespace.exec('tc', `qdisc replace dev eth0 root netem ${loss}`.split(' '));
      expect(eth0.qdisc.list()).toMatchObject([{ kind: 'netem', options: undefined }]);
    }
  });
});

// a eth0 ── eth0 b
test('a bucket with an overhead has no words', async ({ lab }) => {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const words = 'qdisc add dev eth0 root tbf rate 1mbit burst 1600 limit 9000 overhead 10';
  await eth0.namespace.exec('tc', words.split(' '));
  expect(eth0.qdisc.list()).toMatchObject([{ kind: 'tbf', options: undefined }]);
});

await describeFilterActions(() => {
  // a eth0 ── eth0 b
  test('filters choose the class of a packet, which has a queue', ({ lab }) => {
    const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
    eth0.qdisc.add({ kind: 'prio', handle: '1:' });
    eth0.qdisc.add({ kind: 'pfifo', parent: '1:2', handle: '20:', limit: 5 });
    eth0.filter.add({ parent: '1:', pref: 3, matchall: { classid: '1:2' } });
    expect(eth0.qdisc.list()).toContainEqual({ kind: 'pfifo', parent: '1:2', handle: '20:', options: { limit: 5 } });
    expect(eth0.filter.list()).toMatchObject([{ parent: '1:', pref: 3, matchall: { classid: '1:2' }, actions: [] }]);
  });
});

const WRONG: [options: object, message: string][] = [
  [
    { kind: 'htb' },
    "a/eth0.qdisc.add: kind must be one of clsact, ingress, pfifo, bfifo, pfifo_head_drop, prio, codel, fq_codel, fq, sfq, tbf, netem; others are made by exec: tc qdisc add …: received 'htb'",
  ],
  [
    { kind: 'pfifo', bands: 3 },
    "a/eth0.qdisc.add: there is no option 'bands'; the options are kind, parent, handle, limit",
  ],
  [{ kind: 'clsact', handle: '1:' }, "a/eth0.qdisc.add: there is no option 'handle'; the options are kind"],
  [{ kind: 'pfifo', limit: -1 }, 'a/eth0.qdisc.add: limit must be a whole number from 0 to 4294967295: received -1'],
  [
    { kind: 'prio', priomap: [0, 1] },
    'a/eth0.qdisc.add: priomap must be a list of 16 bands, each below 3: received [0, 1]',
  ],
  [
    { kind: 'pfifo', parent: 'top' },
    "a/eth0.qdisc.add: parent must be 'root', or a handle such as '1:', or a class such as '1:10', in hexadecimal: received 'top'",
  ],
  [
    { kind: 'tbf', rate: '10mbit', burst: 1600 },
    'a/eth0.qdisc.add: limit of tbf must be given: a whole number from 1 to 4294967295',
  ],
  [
    { kind: 'tbf', rate: '10mbps', burst: 1600, limit: 9000 },
    "a/eth0.qdisc.add: rate must be bits a second such as '512kbit', '10mbit' or '1.5gbit', 8bit at least: received '10mbps'",
  ],
  [
    { kind: 'tbf', rate: '10mbit', burst: 1600, limit: 9000, mtu: 1600 },
    'a/eth0.qdisc.add: peakrate and mtu of tbf need each other',
  ],
  [
    { kind: 'netem', jitter: 5 },
    'a/eth0.qdisc.add: jitter of netem needs delay beside it: without one no packet waits',
  ],
  [{ kind: 'sfq', divisor: 3 }, 'a/eth0.qdisc.add: divisor must be a power of 2, up to 65536: received 3'],
  [{ kind: 'fq_codel', ceThresholdSelector: 1 }, 'a/eth0.qdisc.add: ceThresholdSelector needs ceThreshold beside it'],
];

// a eth0 ── eth0 b
test.for(WRONG)('a wrong call says what is wrong: %o', ([options, message], { lab }) => {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  expect(() => eth0.qdisc.add(options as QdiscOptions)).toThrow(new UsageError(message));
});
