import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

describeNeeding(['bond'], () => {
  // client: bond0 (eth0) ── eth0 server
  test('bond-arp-interval-causes-panic', async ({ lab }) => {
    const [client, server] = [lab.namespace('client'), lab.namespace('server')];
    const bond = client.link('bond', {
      mode: 'active-backup',
      miimon: 100,
      allSlavesActive: true,
      address: '192.168.1.198/24',
    });
    const { a: eth0 } = lab.cable(client, server, { a: { address: false }, b: { address: '192.168.1.254/24' } });
    eth0.set({ up: false, master: bond });
    await expect(bond).toHaveLink({ carrier: true });
    await expect(client).toReach('192.168.1.254', { through: bond });

    eth0.set({ master: false });
    bond.set({ up: false });
    // Between the bond's two modes bond_rr_gen_slave_id had no counter to count with.
    bond.set({ mode: 'balance-rr', arpInterval: 1000, arpIpTarget: ['192.168.1.254'] });
    eth0.set({ up: false, master: bond });
    bond.set({ up: true });
    await expect(client).toReach('192.168.1.254', { through: bond, within: 20_000 });
  });
});
