import { createLab, expect, type Interface, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { diagnosed } from '../diagnosis/diagnosed.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { read } from './referee.ts';

const ALL = '00:00:00:00:00:00';
const [RED, BLUE] = [1010, 1020];

// red1  ── eth1 ┐                              ┌ eth1 ── red2
//               br (leaf1) vx ┄┄┄┄┄┄ vx br (leaf2)
// blue1 ── eth2 ┘   eth0 ────────── eth0       └ eth2 ── blue2
/** Red is VLAN 10 in leaf1 and VLAN 110 in leaf2, blue is 20 and 120; one vxlan each for both. */
function build(lab: Lab) {
  const [leaf1, leaf2] = [lab.namespace('leaf1'), lab.namespace('leaf2')];
  lab.cable(leaf1, leaf2, { a: { address: '192.0.2.1/30' }, b: { address: '192.0.2.2/30' } });
  const one = leaf(lab, leaf1, { red: 10, blue: 20, at: 1, far: '192.0.2.2' });
  const two = leaf(lab, leaf2, { red: 110, blue: 120, at: 2, far: '192.0.2.1' });
  return { leaf1, leaf2, one, two };
}

interface Leaf {
  red: number;
  blue: number;
  at: number;
  far: string;
}

function leaf(lab: Lab, ns: Namespace, { red, blue, at, far }: Leaf) {
  const host = (name: string, last: number) => {
    const own = lab.namespace(`${name}${at}`);
    const { b: port } = lab.cable(own, ns, { a: { address: `10.1.0.${last}/24` }, b: { address: false } });
    return { own, port };
  };
  const [r, b] = [host('red', at), host('blue', 10 + at)];
  const vx = ns.link('vxlan', { name: 'vx', external: true, address: false });
  const ports = [r.port, b.port, vx];
  const br = ns.bridge({ name: 'br', vlanFiltering: true, vlanDefaultPvid: 0, address: false, ports });
  r.port.vlan.add({ id: red, pvid: true, untagged: true });
  b.port.vlan.add({ id: blue, pvid: true, untagged: true });
  const tunnels = (on: boolean) => br.ports.find((port) => port === vx)?.set({ vlanTunnel: on });
  tunnels(true);
  vx.vlan.add({ id: red, tunnelId: RED });
  vx.vlan.add({ id: blue, tunnelId: BLUE });
  for (const srcVni of [RED, BLUE]) vx.fdb.append({ mac: ALL, dst: far, srcVni });
  return { red: r.own, blue: b.own, vx, tunnels };
}

const SHORT = { within: 50, family: 4 } as const;

interface Shown {
  ifname: string;
  tunnels: { vlan: number; vlanEnd?: number; tunid: number; tunidEnd?: number }[];
}

const shown = async (ns: Namespace, device: Interface) =>
  (await read<Shown>(ns, 'bridge', ['-j', 'vlan', 'tunnelshow'])).find(({ ifname }) => ifname === device.name)?.tunnels;

describeNeeding([VLAN_FILTERING, 'vxlan'], () => {
  test('tunnels of VLANs are mapped, read and deleted as bridge vlan tunnelshow has them', async ({ lab }) => {
    const { leaf1, one } = build(lab);
    expect(await shown(leaf1, one.vx)).toEqual([
      { vlan: 10, tunid: RED },
      { vlan: 20, tunid: BLUE },
    ]);
    expect(one.vx.vlan.list()).toEqual([
      { id: 10, pvid: false, untagged: false, tunnelId: RED },
      { id: 20, pvid: false, untagged: false, tunnelId: BLUE },
    ]);
    one.vx.vlan.add({ id: '100-102', tunnelId: '5100-5102' });
    one.vx.vlan.add({ id: 103, tunnelId: 7 });
    expect((await shown(leaf1, one.vx))?.slice(2)).toEqual([
      { vlan: 100, vlanEnd: 102, tunid: 5100, tunidEnd: 5102 },
      { vlan: 103, tunid: 7 },
    ]);
    await expect(one.vx).toHaveVlan({ id: 102, tunnelId: 5102 });
    // A change of the flags keeps the tunnel; without it the VLAN stays.
    one.vx.vlan.add({ id: 103, untagged: true });
    expect(() => one.vx.vlan.delete({ id: '101-103', tunnelId: '5101-5103' })).toThrow(
      new UsageError(
        'leaf1/vx.vlan.delete: tunnelId must be that of the VLAN: VLAN 103 of leaf1/vx has tunnel 7: received 5103',
      ),
    );
    one.vx.vlan.delete({ id: '101-102', tunnelId: '5101-5102' });
    // Those that have none stay as they are.
    one.vx.vlan.delete({ id: '101-102', tunnelId: '5101-5102' });
    expect(one.vx.vlan.list().map(({ id, tunnelId }) => [id, tunnelId])).toEqual([
      ...[
        [10, RED],
        [20, BLUE],
        [100, 5100],
        [101, undefined],
        [102, undefined],
        [103, 7],
      ],
    ]);
    expect((await shown(leaf1, one.vx))?.map(({ vlan }) => vlan)).toEqual([10, 20, 100, 103]);
    expect(() => one.vx.vlan.add({ id: 101, tunnelId: RED })).toThrow(
      /^bridge -n leaf1 vlan add dev vx vid 101 tunnel_info id 1010: EEXIST .*usual cause: a VLAN of leaf1\/vx has that tunnel, or this VLAN has one: see leaf1\/vx\.vlan\.list\(\)$/s,
    );
  });

  test('two tenants share a vxlan, and do not hear each other', async ({ lab }) => {
    const { one, two } = build(lab);
    await expect(one.red).toReach(two.red, { through: [one.vx, two.vx] });
    await expect(one.blue).toReach(two.blue, { through: [one.vx, two.vx] });
    await expect(one.red).not.toReach(two.blue);
    await expect(one.blue).not.toReach(two.red);
    // The tunnel decides, not the VLAN: the other end takes red for blue.
    two.vx.vlan.delete({ id: '1-4094' });
    two.vx.vlan.add({ id: 120, tunnelId: RED });
    await expect(one.red).not.toReach(two.red);
    two.vx.fdb.append({ mac: ALL, dst: '192.0.2.1', srcVni: 7 });
    await expect(one.red).toReach(two.blue, { through: [one.vx, two.vx] });
  });

  test('a VLAN without a tunnel is lost at the vxlan, and the diagnosis says why', async ({ lab }) => {
    const { one, two } = build(lab);
    const asked = () => expect(one.red).toReach(two.red, SHORT);
    const at = { port: 'leaf1/vx', vlan: 10 };
    one.vx.vlan.delete({ id: 10, tunnelId: RED });
    expect(await diagnosed(asked())).toMatchObject({
      code: 'bridge.no-tunnel',
      facts: { ...at, because: 'unmapped' },
      lastSeen: 'leaf1/vx',
    });
    expect(await explanationOf(asked())).toContain(
      `leaf1/vx is an external vxlan, and the frame has no tunnel: VLAN 10 has none there
Hint: vlan.add({ id: 10, tunnelId: … }) on leaf1/vx`,
    );
    await expect(one.red).not.toReach(two.red, { droppedBy: 'bridge.no-tunnel', at: one.vx });
    one.vx.vlan.add({ id: 10, untagged: true, tunnelId: RED });
    expect(await diagnosed(asked())).toMatchObject({ code: 'bridge.no-tunnel', facts: { ...at, because: 'untagged' } });
    one.vx.vlan.add({ id: 10 });
    await expect(one.red).toReach(two.red);
    one.tunnels(false);
    expect(await diagnosed(asked())).toMatchObject({ code: 'bridge.no-tunnel', facts: { ...at, because: 'off' } });
  });

  test('a saved lab has them again; a script and a text say them', async ({ lab }) => {
    const { leaf1, one } = build(lab);
    one.vx.vlan.add({ id: '100-102', tunnelId: '5100-5102' });
    await using other = createLab();
    const copy = (await other.load({ text: lab.save() })).namespace('leaf1');
    expect(await shown(copy, copy.interface('vx'))).toEqual(await shown(leaf1, one.vx));
    const state = readLab(lab);
    const script = labScript(state);
    expect(script).toContain('\nbridge -n leaf1 vlan add dev vx vid 101 tunnel_info id 5101\n');
    expect(script).not.toContain('# Left out: the tunnels');
    expect(state.namespaces.map((each) => stateText(state, each)).join('')).toContain(
      '10 tunnel 1010, 20 tunnel 1020, 100-102 tunnel 5100-5102',
    );
  });
});
