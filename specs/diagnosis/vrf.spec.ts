import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

describeNeeding(['vrf'], () => {
  // a ── eth0 (red) r eth1 (blue) ── b
  test('a route that leaks into one VRF alone: the other has none, whatever the main table has', async ({ lab }) => {
    const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
    const [red, blue] = [r.link('vrf', { name: 'red', table: 10 }), r.link('vrf', { name: 'blue', table: 20 })];
    const { b: eth0 } = lab.cable(a, r, { a: { address: '10.1.1.1/24' }, b: { address: '10.1.1.254/24' } });
    const { b: eth1 } = lab.cable(b, r, { a: { address: '10.1.2.1/24' }, b: { address: '10.1.2.254/24' } });
    eth0.set({ master: red });
    eth1.set({ master: blue });
    await a.exec('ip', ['route', 'replace', 'default', 'via', '10.1.1.254']);
    await b.exec('ip', ['route', 'replace', 'default', 'via', '10.1.2.254']);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'route.none',
      facts: { namespace: 'r', to: '10.1.2.1', vrf: { device: 'r/red', table: 10 } },
      ...{ of: 'probe', lastSeen: 'r/eth0' },
    });
    r.route.add({ to: '10.1.2.0/24', dev: eth1, table: 10 });
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'route.none',
      facts: { namespace: 'r', to: '10.1.1.1', vrf: { device: 'r/blue', table: 20 } },
      ...{ of: 'answer', lastSeen: 'r/eth1' },
    });
  });
});
