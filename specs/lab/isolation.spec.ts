import { expect, test } from 'hairpin';
import { enginesOf } from '../../lib/lab/engines/engine.ts';
import { read } from './referee.ts';

/** Opens when both tests are there, so that their labs exist at the same time for sure. */
function meeting(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === size) resolve();
    return promise;
  };
}

const [built, asked] = [meeting(2), meeting(2)];
const inodes = new Set<number>();

// a eth0 ── eth0 b, twice at the same time: in one of them the cable is pulled
test.concurrent.for([
  { plugged: true, mac: '02:00:00:00:ee:01' },
  { plugged: false, mac: '02:00:00:00:ee:02' },
])(
  'labs of the same names and addresses do not see each other (plugged: $plugged)',
  async ({ plugged, mac }, { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const cable = lab.cable(a, b, { b: { mac } });
    for (const { netns } of enginesOf([a, b])) inodes.add(netns.inode);
    await built();
    expect(inodes.size).toBe(4);
    if (plugged) cable.plug();
    else cable.unplug();
    if (plugged) await expect(a).toReach(b);
    else await expect(a).not.toReach(b, { because: 'unsent' });
    const links = await read<{ ifname: string; address: string }>(b, 'ip', ['-j', 'link']);
    expect(links.filter(({ ifname }) => ifname !== 'lo')).toMatchObject([{ ifname: 'eth0', address: mac }]);
    await asked();
  },
);
