import { expect, type Namespace, test } from 'hairpin';
import { read } from './referee.ts';

async function shown(namespace: Namespace): Promise<string[]> {
  const entries = await read<{ dst: string; lladdr?: string; state: string[] }>(namespace, 'ip', ['-j', 'neighbour']);
  return entries.map(({ dst, lladdr, state }) => [dst, lladdr, ...state].join(' ')).sort();
}

// a eth0 ── eth0 b
test('permanent neighbours are added, replaced, listed and deleted as ip neighbour has them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:cc:01' });
  a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:cc:02', dev: 'eth0' });
  a.neighbour.add({ to: 'fd00::77', lladdr: '02:00:00:00:cc:03', dev: device });
  expect(await shown(a)).toEqual(['10.0.0.77 02:00:00:00:cc:02 PERMANENT', 'fd00::77 02:00:00:00:cc:03 PERMANENT']);
  expect(a.neighbour.list()).toContainEqual({
    dev: device.name,
    to: 'fd00::77',
    lladdr: '02:00:00:00:cc:03',
    state: 'PERMANENT',
    ...{ externLearn: false, externValid: false, managed: false, router: false, proxy: false },
  });
  a.neighbour.delete('10.0.0.77');
  a.neighbour.delete('fd00::77', device);
  expect(await shown(a)).toEqual([]);
});

// a eth0 ── eth0 b
test('flush forgets what was learnt and keeps what is permanent, of one family or both', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: near, b: far } = lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:cc:01' });
  // b does not ask for a after 5 s (delay_first_probe_time): a would learn b's address from that, whatever was flushed.
  for (const to of ['10.0.0.1', 'fd00::1']) b.neighbour.add({ to, lladdr: near.mac });
  await expect(a).toReach('10.0.0.2', { neighbours: 'kept' });
  await expect(a).toReach('fd00::2', { neighbours: 'kept' });
  const learnt = [`10.0.0.2 ${far.mac} REACHABLE`, `fd00::2 ${far.mac} REACHABLE`];
  expect(await shown(a)).toEqual(expect.arrayContaining(learnt));
  expect(a.neighbour.list()).toContainEqual(expect.objectContaining({ to: '10.0.0.2', state: 'REACHABLE' }));

  a.neighbour.flush(6);
  expect(await shown(a)).toEqual([learnt[0], '10.0.0.77 02:00:00:00:cc:01 PERMANENT']);
  a.neighbour.flush();
  expect(await shown(a)).toEqual(['10.0.0.77 02:00:00:00:cc:01 PERMANENT']);
});

// a eth0 ── eth0 b, whose control plane tells each the other's address
test('a cold question leaves what a control plane added', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: far } = lab.cable(a, b);
  const entry = ['10.0.0.2', 'lladdr', far.mac, 'dev', 'eth0', 'nud', 'reachable', 'extern_learn'];
  await a.exec('ip', ['neighbour', 'replace', ...entry]);
  await a.exec('ip', ['neighbour', 'replace', '10.0.0.9', 'dev', 'eth0', 'managed']);
  expect(a.neighbour.list()).toContainEqual(
    expect.objectContaining({ to: '10.0.0.2', externLearn: true, managed: false }),
  );
  expect(a.neighbour.list()).toContainEqual(
    expect.objectContaining({ to: '10.0.0.9', externLearn: false, managed: true }),
  );
  await expect(a).toReach(b);
  a.neighbour.flush();
  const kept = await read<{ dst: string }>(a, 'ip', ['-j', 'neighbour']);
  expect(kept.sort((one, other) => one.dst.localeCompare(other.dst))).toMatchObject([
    { dst: '10.0.0.2', lladdr: far.mac, extern_learn: null },
    { dst: '10.0.0.9', managed: null },
  ]);
});

// a eth0 ── eth0 b
test('replace is another name of add', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:cc:01' });
  a.neighbour.replace({ to: '10.0.0.77', lladdr: '02:00:00:00:cc:02' });
  expect(await shown(a)).toEqual(['10.0.0.77 02:00:00:00:cc:02 PERMANENT']);
});
