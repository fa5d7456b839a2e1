import { expect, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const ALL = '00:00:00:00:00:00';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const SHORT = { within: 50, family: 4 } as const;

// a ── p br (leaf1) vx ┄┄┄ vx br (leaf2) p ── b
//        eth0 ──────────────── eth0
function build(lab: Lab) {
  const [leaf1, leaf2] = [lab.namespace('leaf1'), lab.namespace('leaf2')];
  lab.cable(leaf1, leaf2, { a: { address: '192.0.2.1/30' }, b: { address: '192.0.2.2/30' } });
  return { one: hostBehind(leaf1, 'a', '10.1.0.1/24'), two: hostBehind(leaf2, 'b', '10.1.0.2/24', '192.0.2.1') };
}

function hostBehind(leaf: Namespace, name: string, address: string, remote?: string) {
  const host = leaf.lab.namespace(name);
  const { a: device, b: port } = leaf.lab.cable(host, leaf, { a: { address }, b: { name: 'p', address: false } });
  // Or it learns the other end from what that end sends, such as reports for multicast groups.
  const options = { name: 'vx', id: 7, address: false, macLearning: false } as const;
  const vx = leaf.link('vxlan', remote === undefined ? options : { ...options, remote });
  leaf.bridge({ name: 'br', address: false, ports: [port, vx] });
  return { host, device, vx };
}

describeNeeding(['vxlan'], () => {
  test('what a vxlan has no other end for is lost there, and the diagnosis says so', async ({ lab }) => {
    const { one, two } = build(lab);
    const [a, b] = [one.host, two.host];
    const asked = () => expect(a).toReach(b, SHORT);
    expect(await diagnosed(asked())).toEqual({
      code: 'vxlan.no-remote',
      facts: { device: 'leaf1/vx', mac: BROADCAST },
      of: 'probe',
      lastSeen: 'leaf1/vx',
    });
    const explanation = await explanationOf(asked());
    expect(explanation).toContain(
      `→ leaf1/vx ✗ leaf1/vx has no other end for ${BROADCAST}: its forwarding database has no entry for that address, and none for all others\n`,
    );
    expect(explanation).toContain(
      `Hint: set({ remote: … }) on leaf1/vx; or fdb.append({ mac: '${ALL}', dst: … }) there`,
    );
    await expect(a).not.toReach(b, { droppedBy: 'vxlan.no-remote', at: one.vx });
    one.vx.fdb.append({ mac: ALL, dst: '192.0.2.2' });
    await expect(a).toReach(b, { through: [one.vx, two.vx] });
  });

  test('a packet for one host, whose address nobody has to ask for, is lost the same way', async ({ lab }) => {
    const { one, two } = build(lab);
    one.host.neighbour.add({ to: '10.1.0.2', lladdr: two.device.mac });
    const asked = () => expect(one.host).toReach(two.host, SHORT);
    const lost = { code: 'vxlan.no-remote', facts: { device: 'leaf1/vx', mac: two.device.mac }, lastSeen: 'leaf1/vx' };
    expect(await diagnosed(asked())).toMatchObject(lost);
    // Another address's entry is no help, and one for this address is.
    one.vx.fdb.append({ mac: one.device.mac, dst: '192.0.2.2' });
    expect(await diagnosed(asked())).toMatchObject(lost);
    one.vx.fdb.append({ mac: two.device.mac, dst: '192.0.2.2' });
    await expect(one.host).toReach(two.host, { through: [one.vx, two.vx] });
  });

  test('without the entry that remote made, the setting does not help', async ({ lab }) => {
    const { one, two } = build(lab);
    one.vx.set({ remote: '192.0.2.2' });
    await expect(one.host).toReach(two.host);
    one.vx.fdb.delete({ mac: ALL, dst: '192.0.2.2' });
    expect(await diagnosed(expect(one.host).toReach(two.host, SHORT))).toMatchObject({ code: 'vxlan.no-remote' });
  });

  // a ── p br (leaf1) vx ┄┄┄ vx br (leaf2) p ── b
  //        eth0 ────── r ─────── eth0
  test('what a port takes no further never comes to the vxlan, and the port is blamed', async ({ lab }) => {
    const [leaf1, r, leaf2] = [lab.namespace('leaf1'), lab.router('r'), lab.namespace('leaf2')];
    lab.cable(leaf1, r, { a: { address: '192.0.2.1/30' }, b: { address: '192.0.2.2/30' } });
    lab.cable(leaf2, r, { a: { address: '192.0.2.5/30' }, b: { address: '192.0.2.6/30' } });
    const one = hostBehind(leaf1, 'a', '10.1.0.1/24', '192.0.2.5');
    const two = hostBehind(leaf2, 'b', '10.1.0.2/24', '192.0.2.1');
    const port = leaf1.interface('p');
    port.set({ locked: true });
    // What the bridge has learnt before, from a report for groups, would still pass.
    await leaf1.exec('bridge', ['fdb', 'del', one.device.mac, 'dev', 'p', 'master'], { reject: false });
    expect(await diagnosed(expect(one.host).toReach(two.host, SHORT))).toMatchObject({
      code: 'bridge.locked',
      of: 'probe',
      lastSeen: 'leaf1/p',
    });
    await expect(one.host).not.toReach(two.host, { droppedBy: 'bridge.locked', at: port });
  });
});
