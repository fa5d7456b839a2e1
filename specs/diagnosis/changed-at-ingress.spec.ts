import { expect, test } from 'hairpin';
import { describeChangingPackets } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

// a ── eth0 (r) eth1 ── b: a filter of r sends what is for 10.0.9.9 to 10.0.1.77, which nobody has. Only then r looks
// at its routes, which have a blackhole for 10.0.9.9.
await describeChangingPackets(() => {
  test.for([
    ['nat ingress 10.0.9.9/32 10.0.1.77', false],
    ['pedit ex munge ip dst set 10.0.1.77 pipe action csum ip', false],
    ['skbedit mark 3', true],
  ] as const)(
    'by %s the routes of the address that was asked are to blame: %s',
    async ([action, isBlamed], { lab }) => {
      const { a, r } = addRoutedHosts(lab);
      r.route.add({ to: '10.0.9.0/24', type: 'blackhole' });
      await r.exec('tc', 'qdisc add dev eth0 clsact'.split(' '));
      await r.exec('tc', `filter add dev eth0 ingress protocol ip u32 match u32 0 0 action ${action}`.split(' '));
      const { code } = await diagnosed(expect(a).toReach('10.0.9.9', { within: 50 }));
      expect(code === 'route.blackhole').toBe(isBlamed);
    },
  );
});
