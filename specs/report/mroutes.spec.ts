import { createLab, expect, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { needsMroute } from '../needs-mroute.ts';

// a eth0 ── eth0 r eth1 ── eth0 b
//                  eth2 ── eth0 c
test('multicast routes: state.txt has them, a script says that it leaves them out, and a file makes them again', async ({
  lab,
  skip,
}) => {
  needsMroute(6, skip);
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  for (const host of [a, b, c]) lab.cable(r, host);
  const before = labScript(readLab(lab));
  r.mroute.add({ group: '239.1.1.1', source: '10.0.0.2', in: 'eth0', out: ['eth1', { dev: 'eth2', ttl: 8 }] });
  r.mroute.add({ group: 'ff05::1', source: 'fd00::2', in: 'eth0', out: ['eth2'] });
  // An unresolved route: a packet waits for it.
  await expect(b).not.toHear(c, { frame: { ip: { destination: '239.9.9.9' }, udp: {} }, droppedBy: 'mroute.none' });

  const state = readLab(lab);
  const text = state.namespaces.map((each) => stateText(state, each)).join('\n');
  expect(text.match(/ {2}multicast routes\n(?: {4}.*\n)*/)?.[0]).toBe(`  multicast routes
    (10.0.0.2,239.1.1.1) iif eth0 oifs eth1 eth2(ttl 8)
    (10.0.2.2,239.9.9.9) unresolved
    (fd00::2,ff05::1) iif eth0 oifs eth2
`);
  const remarks = [
    '# Left out: the multicast route (10.0.0.2,239.1.1.1) iif eth0 oifs eth1 eth2(ttl 8) of r (a program such as smcrouted can add it)',
    '# Left out: the multicast route (fd00::2,ff05::1) iif eth0 oifs eth2 of r (a program such as smcrouted can add it)',
  ];
  const script = labScript(state);
  for (const remark of remarks) expect(script).toContain(remark);
  // Nothing else has changed, such as mc_forwarding, which nobody can write.
  const rest = script.replaceAll(/# Left out: the multicast route .*\n/g, '').replace('# What else there was\n\n', '');
  expect(rest).toBe(before);

  await using copy = createLab();
  const router = (await copy.load({ text: lab.save() })).namespace('r');
  const isGiven = ({ group }: { group: string }) => group !== '239.9.9.9';
  const counted = { packets: expect.any(Number), bytes: expect.any(Number), wrongIn: expect.any(Number) };
  expect(router.mroute.list()).toEqual(
    r.mroute
      .list()
      .filter(isGiven)
      .map((route) => ({ ...route, ...counted })),
  );
});
