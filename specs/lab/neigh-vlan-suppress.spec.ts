import { createLab, expect, type Lab, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { describeNeeding, describeNeedingPortOption, VLAN_FILTERING } from '../needs.ts';

// a ── p0 (sw) p1 ── b, in VLANs 10 to 12
function build(lab: Lab) {
  const sw = lab.switch('sw', { vlanFiltering: true });
  const { b: p0 } = lab.cable(lab.namespace('a'), sw);
  const { b: p1 } = lab.cable(lab.namespace('b'), sw, { b: { neighVlanSuppress: true } });
  for (const port of [p0, p1]) port.vlan.add({ id: '10-12' });
  return { sw, p0, p1 };
}

const listed = (port: ReturnType<typeof build>['p1']) =>
  port.vlan.list().flatMap(({ id, neighSuppress }) => (neighSuppress ? [id] : []));

// a ── p0 (sw)
await describeNeedingPortOption('neighVlanSuppress', () => {
  test('a port that is to suppress by VLANs says so, alone and back', ({ lab }) => {
    const { b: port } = lab.cable(lab.namespace('a'), lab.switch('sw'));
    const before = port.settings;
    expect(before.neighVlanSuppress).toBe(false);
    port.set({ neighVlanSuppress: true });
    expect(port.settings).toEqual({ ...before, neighVlanSuppress: true });
    expect(labScript(readLab(lab))).toContain('# Left out: sw/p0: attribute 43 of IFLA_INFO_SLAVE_DATA 0x01');
    port.set({ neighVlanSuppress: false });
    expect(port.settings).toEqual(before);
  });
});

describeNeeding([VLAN_FILTERING], async () => {
  await describeNeedingPortOption('neighVlanSuppress', () => {
    test('the setting of VLANs is read back, and their states and flags stay', async ({ lab }) => {
      const { p0, p1 } = build(lab);
      p1.vlan.set({ id: 10, state: 'learning' });
      p1.vlan.set({ id: '10-11', neighSuppress: true });
      expect([listed(p0), listed(p1)]).toEqual([[], [10, 11]]);
      expect(p1.vlan.list()[1]).toEqual({
        id: 10,
        pvid: false,
        untagged: false,
        state: 'learning',
        neighSuppress: true,
      });
      await expect(p1).toHaveVlan({ id: 11, neighSuppress: true });
      await expect(p1).not.toHaveVlan({ id: 12, neighSuppress: true }, { hold: 0 });
      p1.vlan.set({ id: 10, neighSuppress: false });
      expect(listed(p1)).toEqual([11]);
    });

    test('a saved lab has it again; a script and a text say it', async ({ lab }) => {
      const { p1 } = build(lab);
      p1.vlan.set({ id: '11-12', neighSuppress: true });
      await using other = createLab();
      const copy = (await other.load({ text: lab.save() })).namespace('sw').interface('p1');
      expect(listed(copy)).toEqual([11, 12]);
      const state = readLab(lab);
      const remarks = [11, 12].map(
        (id) => `# Left out: neigh_suppress of VLAN ${id} of sw/p1 (bridge vlan set, from iproute2 6.4 on)`,
      );
      expect(labScript(state)).toContain(remarks.join('\n'));
      expect(state.namespaces.map((each) => stateText(state, each)).join('')).toContain(
        '1 pvid untagged, 10, 11-12 neigh_suppress on',
      );
    });
  });

  test('where a kernel has none, it is refused', ({ lab, skip }) => {
    const sw = lab.switch('sw', { vlanFiltering: true });
    const { b: p0 } = lab.cable(lab.namespace('a'), sw);
    skip(p0.settings.neighVlanSuppress !== undefined, 'this kernel has neigh_suppress of VLANs (Linux 6.4)');
    expect(() => p0.vlan.set({ id: 1, neighSuppress: true })).toThrow(
      /: EINVAL .*usual cause: this kernel knows no neigh_suppress of a VLAN: it came with Linux 6\.4$/s,
    );
    expect(() => p0.set({ neighVlanSuppress: true })).toThrow(
      /usual cause: this kernel ignores neighVlanSuppress of a port: it came with Linux 6\.4\. port\.settings shows what it knows$/,
    );
  });
});
