import { createLab, expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

// a ─ eth0.10 ── eth0 ═══ eth0 ─ b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  return { a, b, parent: lab.cable(a, b).a };
}

const shown = async (lab: Lab) => (await ipLink(lab.namespaces[0] as Namespace, 'eth0.10')).linkinfo.info_data;

describeNeeding(['vlan'], () => {
  test.for<[options: object, shown: object]>([
    [{}, { flags: ['REORDER_HDR'] }],
    [{ reorderHdr: false, gvrp: true, looseBinding: true }, { flags: ['GVRP', 'LOOSE_BINDING'] }],
    [{ mvrp: true, bridgeBinding: true }, { flags: ['REORDER_HDR', 'MVRP', 'BRIDGE_BINDING'] }],
    [
      { ingressQosMap: { 1: 2, 7: 4_294_967_295 }, egressQosMap: { 0: 3, 4294967295: 7 } },
      {
        ingress_qos: [
          { from: 1, to: 2 },
          { from: 7, to: 4_294_967_295 },
        ],
        egress_qos: expect.arrayContaining([
          { from: 0, to: 3 },
          { from: 4_294_967_295, to: 7 },
        ]),
      },
    ],
  ])('link(vlan, %o) is %o in the words of iproute2', async ([options, expected], { lab }) => {
    const { a, parent } = build(lab);
    const vlan = a.vlan({ parent, id: 10, ...options });
    expect(await shown(lab)).toMatchObject(expected);
    expect(vlan.settings).toMatchObject(options);
    await using other = createLab();
    const copy = (await other.load({ text: lab.save() })).namespace('a').interface('eth0.10');
    expect(copy.settings).toEqual(vlan.settings);
    expect(await shown(other)).toEqual(await shown(lab));
  });

  test('a change leaves the flags and the mappings that it does not name', async ({ lab }) => {
    const { a, parent } = build(lab);
    const vlan = a.vlan({ parent, id: 10, gvrp: true, egressQosMap: { 0: 3, 5: 1 } });
    vlan.set({ reorderHdr: false, egressQosMap: { 0: 0, 6: 2 } });
    expect(await shown(lab)).toMatchObject({
      flags: ['GVRP'],
      egress_qos: [
        { from: 5, to: 1 },
        { from: 6, to: 2 },
      ],
    });
    expect(labScript(readLab(lab))).toContain(
      ' type vlan protocol 802.1Q id 10 reorder_hdr off gvrp on egress-qos-map 5:1 6:2',
    );
    expect([vlan.gvrp, vlan.reorderHdr, vlan.egressQosMap, vlan.ingressQosMap]).toEqual([
      ...[true, false],
      ...[{ 5: 1, 6: 2 }, {}],
    ]);
  });

  test('a VLAN with looseBinding stays up when its parent goes down', async ({ lab }) => {
    const { a, parent } = build(lab);
    const [loose, bound] = [a.vlan({ parent, id: 10, looseBinding: true }), a.vlan({ parent, id: 11 })];
    parent.set({ up: false });
    expect([loose.state().up, bound.state().up]).toEqual([true, false]);
  });

  // a ─ eth0.10 ── eth0 ═══ eth0 ── eth0.10 ─ b
  test('without reorderHdr packets get through as well', async ({ lab }) => {
    const { a, b, parent } = build(lab);
    a.vlan({ parent, id: 10, reorderHdr: false });
    const other = b.vlan({ parent: b.interface('eth0'), id: 10, reorderHdr: false });
    await expect(a).toReach(other);
    await expect(a).toReach(other, { through: [parent, b.interface('eth0'), other] });
    await expect(a).toReach(other, { family: 6 });
    other.set({ up: false });
    await expect(a).not.toReach(other, { because: 'lost' });
  });

  test.for<[options: object, message: string]>([
    [
      { ingressQosMap: { 8: 1 } },
      "ingressQosMap must be a map of the tag's priority, 0 to 7, to the packet's, 0 to 4294967295, such as { 1: 2 }: received { '8': 1 }",
    ],
    [
      { egressQosMap: [3] },
      "egressQosMap must be a map of the packet's priority, 0 to 4294967295, to the tag's, 0 to 7, such as { 1: 2 }: received [3]",
    ],
    [{ gvrp: 1 }, 'gvrp must be true or false: received 1'],
  ])('link(vlan, %o): %s', ([options, message], { lab }) => {
    const { a, parent } = build(lab);
    expect(() => a.vlan({ parent, id: 10, ...options })).toThrow(new UsageError(`a.vlan: ${message}`));
  });
});
