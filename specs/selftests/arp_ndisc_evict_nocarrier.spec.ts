import { describe, expect, type Lab, test } from 'hairpin';

// a eth0 ── eth0 b
async function loseCarrier(lab: Lab, sysctl: string, value: number, to: string) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  a.sysctl.set(sysctl, value);
  // ping would give up when the answer takes more than 60 ms, as on a busy machine.
  await expect(a).toReach(to);
  await expect(a).toHaveNeighbour({ to, lladdr: cable.b.mac });

  using events = a.monitor('link');
  cable.unplug();
  // The kernel tells of the state when the neighbours are evicted (netdev_state_change).
  await expect(events).toTell({ name: 'eth0', operState: expect.stringMatching('DOWN') });
  return a;
}

describe('neighbours are evicted when the carrier goes, unless a sysctl says otherwise', () => {
  test.for([
    ['arp_evict_nocarrier=1', 'net.ipv4.conf.eth0.arp_evict_nocarrier', 1, '10.0.0.2'],
    ['ndisc_evict_nocarrier=1', 'net.ipv6.conf.eth0.ndisc_evict_nocarrier', 1, 'fd00::2'],
  ] as const)('%s', async ([, sysctl, value, to], { lab }) => {
    const a = await loseCarrier(lab, sysctl, value, to);
    await expect(a).not.toHaveNeighbour({ to });
  });

  test.for([
    ['arp_evict_nocarrier=0', 'net.ipv4.conf.eth0.arp_evict_nocarrier', 0, '10.0.0.2'],
    ['all.arp_evict_nocarrier=0', 'net.ipv4.conf.all.arp_evict_nocarrier', 0, '10.0.0.2'],
    ['ndisc_evict_nocarrier=0', 'net.ipv6.conf.eth0.ndisc_evict_nocarrier', 0, 'fd00::2'],
    ['all.ndisc_evict_nocarrier=0', 'net.ipv6.conf.all.ndisc_evict_nocarrier', 0, 'fd00::2'],
  ] as const)('%s', async ([, sysctl, value, to], { lab }) => {
    const a = await loseCarrier(lab, sysctl, value, to);
    await expect(a).toHaveNeighbour({ to });
  });
});
