import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

describeNeeding(['bond'], () => {
  // host: bond0 (eth0, eth1) ── br0 (sw), a link-local address of which the bond asks for
  test('bond-lladdr-target', async ({ lab }) => {
    const [host, sw] = [lab.namespace('host'), lab.namespace('sw')];
    const br0 = sw.bridge({ name: 'br0', address: ['fe80::1/64', 'fe80::2/64'] });
    const bond = host.link('bond', {
      mode: 'active-backup',
      nsIp6Target: ['fe80::1'],
      arpValidate: 'all',
      arpInterval: 100,
      address: 'fe80::beef/64',
    });
    for (let count = 0; count < 2; count++) {
      const { a, b } = lab.cable(host, sw, { a: { address: false }, b: { address: false } });
      b.set({ master: br0 });
      a.set({ up: false, master: bond });
    }
    await expect(bond).toHaveLink({ carrier: true }, { within: 20_000 });

    br0.address.delete('fe80::1/64');
    await expect(bond).toHaveLink({ carrier: false }, { within: 20_000 });
    bond.set({ nsIp6Target: ['fe80::2'] });
    await expect(bond).toHaveLink({ carrier: true }, { within: 20_000 });
  });
});
