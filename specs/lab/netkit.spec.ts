import { expect, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

describeNeeding(['netkit'], () => {
  // a eth0 ══ eth0 b
  test.for(['l2', 'l3'] as const)('hosts on a netkit in mode %s reach each other', async (mode, { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const cable = lab.cable(a, b, { kind: 'netkit', mode });
    for (const end of [cable.a, cable.b]) {
      const link = await ipLink(end.namespace, 'eth0');
      expect(link).toMatchObject({ ifindex: end.index, address: end.mac, linkinfo: { info_kind: 'netkit' } });
      expect(link.flags.includes('NOARP')).toBe(mode === 'l3');
    }
    expect(cable.a.settings).toEqual({ mode, policy: 'forward', peerPolicy: 'forward', primary: true });
    expect(cable.b.settings).toMatchObject({ mode, primary: false });
    await expect(a).toReach(b);
    await expect(b).toReach(a, { family: 6 });
    expect(() => cable.a.set({ mode: 'l2' } as never)).toThrow(UsageError);
  });

  // a eth0 ══ eth0 b
  test('a policy drops what an end sends', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const cable = lab.cable(a, b, { kind: 'netkit', peerPolicy: 'blackhole' });
    await expect(a).not.toReach(b, { because: 'lost' });
    cable.a.set({ peerPolicy: 'forward' } as object);
    await expect(a).toReach(b);
    expect(refusal(() => cable.b.set({ policy: 'blackhole' } as object))).toContain(
      'usual cause: the policies are changed at end a, the primary device (netkit_change_link)',
    );
  });

  test('in mode l3 an end has no MAC address', ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    expect(() => lab.cable(a, b, { kind: 'netkit', b: { mac: '02:00:00:00:00:07' } })).toThrow(
      new UsageError('lab.cable(a, b): b: mac cannot be chosen: a netkit with these settings has none'),
    );
  });
});
