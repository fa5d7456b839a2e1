import { expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { needsMroute } from '../needs-mroute.ts';
import { diagnosed } from './diagnosed.ts';

// a eth0 ── eth0 r eth1 ── eth0 b
//                  eth2 ── eth0 c
async function build(lab: Lab, family: 4 | 6) {
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  const [eth0, eth1, eth2] = [lab.cable(r, a).a, lab.cable(r, b).a, lab.cable(r, c).a];
  await lab.settled();
  const source = String(a.interface().address.first(family)?.address);
  return { a, b, c, r, eth0, eth1, eth2, source };
}

interface Net {
  r: Namespace;
  eth0: Interface;
  eth1: Interface;
  eth2: Interface;
  /** The group and its sender. */
  of: { group: string; source: string };
}

interface Case {
  cause: string;
  because: string;
  /** Sets r up so that b does not hear a. */
  make: (net: Net) => void;
  ttl?: number;
  facts: (net: Net) => object;
  only?: 4;
}

const CASES: Case[] = [
  {
    cause: 'mroute.none',
    because: 'it is no multicast router',
    make: () => {},
    facts: ({ of }) => ({ device: 'r/eth0', wanted: 'r/eth1', ...of }),
  },
  {
    cause: 'mroute.none',
    because: 'the route is for another sender',
    make: ({ r, of, eth0, eth1 }) =>
      r.mroute.add({ ...of, source: of.group === 'ff05::1' ? 'fd00::99' : '10.0.0.99', in: eth0, out: [eth1] }),
    facts: ({ of }) => ({ device: 'r/eth0', wanted: 'r/eth1', ...of }),
  },
  {
    cause: 'mroute.wrong-in',
    because: 'the route wants another input',
    make: ({ r, of, eth1, eth2 }) => r.mroute.add({ ...of, in: eth2, out: [eth1] }),
    facts: ({ of }) => ({ device: 'r/eth0', wanted: 'r/eth2', ...of }),
  },
  {
    cause: 'mroute.wrong-in',
    because: 'the route of any source wants another input',
    make: ({ r, of: { group }, eth1, eth2 }) => r.mroute.add({ group, in: eth2, out: [eth1] }),
    facts: ({ of: { group } }) => ({ device: 'r/eth0', wanted: 'r/eth2', group }),
  },
  {
    cause: 'mroute.not-out',
    because: 'the route has another output',
    make: ({ r, of, eth0, eth2 }) => r.mroute.add({ ...of, in: eth0, out: [eth2] }),
    facts: ({ of }) => ({ device: 'r/eth1', ...of }),
  },
  {
    cause: 'mroute.not-out',
    because: 'the route of any source has another output',
    make: ({ r, of: { group }, eth0, eth2 }) => r.mroute.add({ group, in: eth0, out: [eth2] }),
    facts: ({ of: { group } }) => ({ device: 'r/eth1', group }),
  },
  {
    cause: 'mroute.ttl',
    because: 'a TTL of 1 ends at the first router',
    make: ({ r, of, eth0, eth1 }) => r.mroute.add({ ...of, in: eth0, out: [eth1] }),
    ttl: 1,
    facts: ({ of: { group } }) => ({ device: 'r/eth1', group, ttl: 1, threshold: 1 }),
  },
  {
    cause: 'mroute.ttl',
    because: 'the threshold is as great as the TTL',
    make: ({ r, of, eth0, eth1 }) => r.mroute.add({ ...of, in: eth0, out: [{ dev: eth1, ttl: 64 }] }),
    facts: ({ of: { group } }) => ({ device: 'r/eth1', group, ttl: 64, threshold: 64 }),
    only: 4,
  },
];

const GROUPS = { 4: '239.1.1.1', 6: 'ff05::1' } as const;

for (const family of [4, 6] as const)
  test.for(CASES.filter(({ only = family }) => only === family))(
    `IPv${family}, a receiver beyond a router does not hear ($cause): $because`,
    async ({ cause, make, ttl, facts }, { lab, skip }) => {
      needsMroute(family, skip);
      const { a, b, source, ...net } = await build(lab, family);
      const known = { ...net, of: { group: GROUPS[family], source } };
      make(known);
      const frame = { ip: { destination: GROUPS[family], ...(ttl && { ttl }) }, udp: {} };
      expect(await diagnosed(expect(b).toHear(a, { frame, within: 100 }))).toEqual({
        ...{ code: cause, facts: facts(known), of: 'probe', lastSeen: 'r/eth0' },
      });
      await expect(b).not.toHear(a, { frame, droppedBy: cause as 'mroute.none', at: net.r });
    },
  );

// a ── r ── s ── b: the second router has no route
test('the router that does not forward is named, not the one before it', async ({ lab }) => {
  const [a, b, r, s] = [lab.namespace('a'), lab.namespace('b'), lab.router('r'), lab.router('s')];
  lab.cable(a, r);
  lab.cable(r, s);
  lab.cable(s, b);
  r.mroute.add({ group: '239.1.1.1', in: 'eth0', out: ['eth1'] });
  const frame = { ip: { destination: '239.1.1.1' }, udp: {} };
  expect(await diagnosed(expect(b).toHear(a, { frame, within: 100 }))).toMatchObject({
    ...{ code: 'mroute.none', facts: { device: 's/eth0', wanted: 's/eth1' }, lastSeen: 's/eth0' },
  });
  s.mroute.add({ group: '239.1.1.1', in: 'eth0', out: ['eth1'] });
  await expect(b).toHear(a, { frame });
  r.interface('eth1').set({ up: false });
  const down = { code: 'link.down', facts: { device: 'r/eth1' }, lastSeen: 'r/eth0' };
  expect(await diagnosed(expect(b).toHear(a, { frame, within: 100 }))).toMatchObject(down);
});

// a ── r ── b
test('a group that stays on its link needs no multicast route', async ({ lab }) => {
  const [a, b, r] = [lab.namespace('a'), lab.namespace('b'), lab.router('r')];
  lab.cable(a, r);
  lab.cable(r, b);
  const frame = { ip: { destination: '224.0.0.251' }, udp: {} };
  expect(await diagnosed(expect(b).toHear(a, { frame, within: 100 }))).toMatchObject({ code: 'unknown' });
});
