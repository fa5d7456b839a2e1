import { expect, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 } as const;

// a ── r ── b
test.for([4, 6] as const)('a host or router that may not ask for its next hop over IPv%i', async (family, { lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  const asked = () => diagnosed(expect(a).toReach(b, { ...SHORT, family }));
  const [gateway, host] = family === 4 ? ['10.0.0.2', '10.0.1.2'] : ['fd00::2', 'fd00:0:0:1::2'];

  a.sysctl.set(`net.ipv${family}.neigh.eth0.mcast_solicit`, 0);
  expect(await asked()).toEqual({
    code: 'neighbour.no-questions',
    facts: {
      device: 'a/eth0',
      sysctl: `net/ipv${family}/neigh/eth0/mcast_solicit`,
      asked: { by: 'a', address: gateway },
    },
    of: 'probe',
    lastSeen: 'a',
  });
  a.sysctl.set(`net.ipv${family}.neigh.eth0.mcast_solicit`, 3);

  r.sysctl.set(`net.ipv${family}.neigh.eth1.mcast_solicit`, 0);
  expect(await asked()).toMatchObject({
    code: 'neighbour.no-questions',
    facts: { device: 'r/eth1', asked: { by: 'r', address: host } },
    lastSeen: 'r/eth0',
  });
  r.sysctl.set(`net.ipv${family}.neigh.eth1.mcast_solicit`, 3);
  await expect(a).toReach(b, { family });
});
