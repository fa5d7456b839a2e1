import { expect, test } from 'hairpin';
import { describeNeeding, describeOpeningTaps } from '../needs.ts';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ vm0 (macvtap) ── up0 (host) ── eth0 (far)
describeNeeding(['macvtap'], () => {
  test('a macvtap in mode private is explained as a macvlan is', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ type: 'macvtap', modes: ['vepa', 'private'], hairpin: true });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toContain(
      '└→ sw/p0 → host/up0 ✗ ns2/m2 is private: it hears no broadcast of its siblings\n',
    );
  });

  describeOpeningTaps(() => {
    test('a macvtap that somebody has open', async ({ lab }) => {
      const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
      const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
      ns1.macvtap({ parent: up0, name: 'vm0' }).open();
      expect(await explanationOf(expect(far).toReach(ns1, { within: 50 }))).toBe(
        `Path of the last probe (ARP who-has 10.0.0.3 tell 10.0.0.2):
  far/eth0 → host/up0 → ns1/vm0 ✗ ns1/vm0 is open as a character device: its frames go there, and not to the stack of ns1
Hint: the program that reads the frames must answer, or close() the queue of ns1/vm0`,
      );
    });
  });
});
