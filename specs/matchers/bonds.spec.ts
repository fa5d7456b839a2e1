import { expect, type Interface, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

/** host: bond0 (eth0, eth1) ── sw ── far. The address that the bond asks for is far's. */
function build(lab: Lab, options: object) {
  const sw = lab.switch('sw', { subnets: ['10.9.0.0/24'] });
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const bond = host.link('bond', { address: '10.9.0.100/24', ...options });
  const cables = [lab.cable(host, sw, { a: { address: false } }), lab.cable(host, sw, { a: { address: false } })];
  for (const { a } of cables) a.set({ up: false, master: bond });
  for (const { a } of cables) a.set({ up: true });
  lab.cable(far, sw, { a: { address: '10.9.0.1/24' } });
  const active = () => cables.find(({ a }) => a === bond.activeSlave) as (typeof cables)[number];
  return { host, far, bond, cables, active };
}

/** A path that drops everything, and has a carrier. */
function kill({ b: port }: { b: Interface }): void {
  port.set({ state: 'disabled' });
}

describeNeeding(['bond'], () => {
  test('a bond that asks for an address has yet to notice that its slave leads nowhere', async ({ lab }) => {
    const asking = { mode: 'active-backup', arpInterval: 500, arpIpTarget: ['10.9.0.1'] };
    const { far, bond, active } = build(lab, asking);
    await expect.poll(() => bond.activeSlave).toBeDefined();
    await expect(far).toReach(bond, { within: 5000 });
    kill(active());
    await expect(expect(far).not.toReach(bond)).rejects.toThrow(/^Received: +an answer/m);
  });

  test('a bond waits before it gives up a slave without carrier', async ({ lab }) => {
    const { far, bond, active } = build(lab, { mode: 'active-backup', miimon: 100, downdelay: 1000 });
    await expect(far).toReach(bond);
    active().unplug();
    await expect(expect(far).not.toReach(bond)).rejects.toThrow(/^Received: +an answer/m);
  });

  test('with both paths dead it is not reached', async ({ lab }) => {
    const { far, bond, cables } = build(lab, { mode: 'active-backup', miimon: 100 });
    await expect(far).toReach(bond);
    for (const cable of cables) kill(cable);
    await expect(far).not.toReach(bond);
  });

  test.for(['balance-rr', 'balance-tlb'] as const)('one frame of a bond (%s) proves nothing', async (mode, { lab }) => {
    const { far, bond, cables } = build(lab, { mode, miimon: 100 });
    await expect(far).toReach(bond);
    for (const cable of cables) kill(cable);
    await expect(expect(far).not.toHear(bond)).rejects.toThrow(
      'inconclusive: another member of host/bond0 might have passed the only frame',
    );
    await expect(far).not.toHear(bond, { because: 'lost' });
    bond.namespace.interface('eth1').set({ master: false });
    await expect(far).not.toHear(bond);
  });
});

// host: team0 (eth0, eth1) ── sw ── far
describeNeeding(['team'], () => {
  test('one frame of a team proves nothing', async ({ lab }) => {
    const sw = lab.switch('sw');
    const [host, far] = [lab.namespace('host'), lab.namespace('far')];
    const team = host.link('team', { mode: 'roundrobin', address: '10.0.0.100/24' });
    const cables = [lab.cable(host, sw, { a: { address: false } }), lab.cable(host, sw, { a: { address: false } })];
    for (const { a } of cables) a.set({ up: false, master: team });
    for (const { a } of cables) a.set({ up: true });
    lab.cable(far, sw);
    await expect(far).toReach(team);
    for (const cable of cables) kill(cable);
    await expect(expect(far).not.toHear(team)).rejects.toThrow(
      'inconclusive: another member of host/team0 might have passed the only frame',
    );
  });
});
