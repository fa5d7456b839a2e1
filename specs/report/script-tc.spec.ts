import { createLab, expect, type Lab, type Namespace, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { describeFilterActions, describeImpairing, describeQueues } from '../needs.ts';
import { rebuild } from './rebuild.ts';

const SHOW = {
  qdiscs: ['tc', '-j', 'qdisc', 'show', 'dev', 'eth0'],
  filters: ['tc', '-j', '-d', 'filter', 'show', 'dev', 'eth0', 'ingress'],
};

/** a eth0 ── eth0 b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  return { a, eth0: lab.cable(a, b).a };
}

/** What `tc` shows of a, in the lab, and in the network that its script builds. */
async function shown(lab: Lab, words: readonly string[]): Promise<{ own: unknown; rebuilt: unknown }> {
  const [tool = '', ...args] = words;
  const { stdout } = await named(lab).exec(tool, args);
  const { output } = await rebuild(`${labScript(readLab(lab))}echo; ip netns exec a ${words.join(' ')}\n`);
  const line = output.split('\n').find((each) => each.startsWith('[{'));
  return { own: JSON.parse(String(stdout)), rebuilt: JSON.parse(line ?? '[]') };
}

function named({ namespaces }: Lab): Namespace {
  const [a] = namespaces;
  if (!a) throw new Error('the lab has no namespace');
  return a;
}

/** As the lab is, built again from its file. */
async function loaded<T>(lab: Lab, look: (again: Lab) => T): Promise<T> {
  await using again = createLab();
  await again.load({ text: lab.save() });
  return look(again);
}

/** Compares what a script and a file make with the lab. */
async function expectRebuilt(lab: Lab): Promise<void> {
  const { own, rebuilt } = await shown(lab, SHOW.qdiscs);
  expect(rebuilt).toEqual(own);
  expect(labScript(readLab(lab))).not.toMatch(/Left out: .*\(tc /);
  expect(lab.save()).not.toContain('exec:');
  const listIn = (one: Lab) => named(one).interface('eth0').qdisc.list();
  expect(await loaded(lab, listIn)).toEqual(listIn(lab));
}

// a ── b
test('a script and a file say a queue, and the place of filters', async ({ lab }) => {
  const { eth0 } = build(lab);
  eth0.qdisc.add({ kind: 'pfifo', handle: '1:', limit: 7 });
  eth0.qdisc.add({ kind: 'clsact' });
  await expectRebuilt(lab);
});

// a ── b
test('a script and a file say a bucket, as impair may make one', async ({ lab }) => {
  const { eth0 } = build(lab);
  eth0.impair({ rate: '10mbit' });
  await expectRebuilt(lab);
});

await describeImpairing(() => {
  // a ── b
  test('a script and a file say an impairment', async ({ lab }) => {
    const { eth0 } = build(lab);
    eth0.impair({ delay: 10, jitter: 2, loss: 1.5, duplicate: 2, reorder: 25, corrupt: 3, rate: '50gbit', limit: 50 });
    await expectRebuilt(lab);
  });
});

await describeQueues(() => {
  // a ── b
  test('a script and a file say the queue of a class behind that which has the class', async ({ lab }) => {
    const { eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'prio', handle: '1:', bands: 4 });
    eth0.qdisc.add({ kind: 'pfifo', parent: '1:2', handle: '20:', limit: 5 });
    await expectRebuilt(lab);
  });
});

await describeFilterActions(() => {
  // a ── b
  test('a script and a file say filters, and what they leave out', async ({ lab }) => {
    const { a, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    const tcp = { ipProto: 'tcp', dstPort: '80-90', srcIp: '10.0.0.0/8' } as const;
    eth0.filter.add({ parent: 'ingress', protocol: 'ip', pref: 1, handle: 3, flower: tcp, action: 'goto chain 5' });
    eth0.filter.add({
      ...{ parent: 'ingress', pref: 2, chain: 5, matchall: {} },
      actions: [{ skbedit: { mark: '0x5/0xff', priority: 6 } }, { mirred: { egress: 'mirror', dev: 'lo' } }, 'drop'],
    });
    const { own, rebuilt } = await shown(lab, SHOW.filters);
    expect(own).toHaveLength(4);
    expect(rebuilt).toEqual(own);
    expect(labScript(readLab(lab))).not.toMatch(/Left out: .*\(tc /);
    expect(lab.save()).not.toContain('exec:');
    const list = eth0.filter.list();
    expect(await loaded(lab, (again) => named(again).interface('eth0').filter.list())).toEqual(list);

    await a.exec(
      'tc',
      'filter add dev eth0 egress pref 7 protocol ip matchall action pedit ex munge ip ttl set 3'.split(' '),
    );
    const left = '# Left out: the filter 7 (matchall) of a/eth0, egress: the action pedit (tc filter)\n';
    const state = readLab(lab);
    expect(labScript(state)).toContain(left);
    expect(lab.save()).toContain(left);
    expect(state.namespaces.map((each) => stateText(state, each)).join('')).toContain(
      '    dev eth0 egress pref 7 matchall (not read: the action pedit)',
    );
  });
});
