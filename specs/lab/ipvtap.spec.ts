import { expect, test } from 'hairpin';
import { describeNeeding, describeOpeningTaps } from '../needs.ts';
import { ipLink } from './referee.ts';
import { pingMachine, playMachine } from './virtual-machine.ts';

// ns1 ─ vm0 (ipvtap, l2) ── up0 (host) ── eth0 (far)
describeNeeding(['ipvtap'], () => {
  test('an ipvtap is what iproute2 calls one, and while nobody has it open an ipvlan', async ({ lab }) => {
    const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
    const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
    const vm0 = ns1.ipvtap({ parent: up0, mode: 'l2', name: 'vm0' });
    expect((await ipLink(ns1, 'vm0')).linkinfo).toMatchObject({ info_kind: 'ipvtap', info_data: { mode: 'l2' } });
    vm0.set({ flag: 'vepa' });
    expect([vm0.mode, vm0.flag, vm0.queues]).toEqual(['l2', 'vepa', []]);
    await expect(far).toReach(ns1);
  });

  describeOpeningTaps(() => {
    // The port is found by the addresses of the interface, so the machine has the same one.
    test('a spec plays the virtual machine, by the addresses of the interface', async ({ lab }) => {
      const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
      const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
      const vm0 = ns1.ipvtap({ parent: up0, mode: 'l2', address: '10.0.0.50/24' });
      const tap = vm0.open();
      await expect(far).not.toReach('10.0.0.50', { because: 'lost' });
      const machine = playMachine(tap, vm0.mac, '10.0.0.50');
      expect(await pingMachine(far, '10.0.0.50')).toContain(' 0% packet loss');
      tap.close();
      await machine;
      await expect(far).toReach(ns1);
    });
  });
});
