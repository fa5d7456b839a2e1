import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const ALL = '00:00:00:00:00:00';
const SHORT = { within: 50, family: 4 } as const;

// h1 ── port lan (leaf1) vx ┄┬┄ vx (leaf2) lan port ── h2
//                            └┄ vx (leaf3) lan port ── h3
// leaf1, leaf2, leaf3 ── spine
function build(lab: Lab, isRouted: boolean) {
  const spine = lab.router('spine');
  const addLeaf = (number: number) => {
    const leaf = isRouted ? lab.router(`leaf${number}`) : lab.namespace(`leaf${number}`);
    const [local, gateway] = [`192.0.${number}.1`, `192.0.${number}.254`];
    const [a, b] = [
      { name: 'up', address: `${local}/24` },
      { name: `d${number}`, address: `${gateway}/24` },
    ];
    lab.cable(leaf, spine, { a, b });
    leaf.route.replace({ to: 'default', via: gateway });
    const host = lab.namespace(`h${number}`);
    const ends = { a: { address: `10.7.0.${number}/24` }, b: { name: 'port', address: false } } as const;
    const { a: device, b: port } = lab.cable(host, leaf, ends);
    const vx = leaf.link('vxlan', { name: 'vx', id: 7, local, macLearning: false, address: false });
    leaf.bridge({ name: 'lan', address: isRouted ? `10.7.0.${100 + number}/24` : false, ports: [port, vx] });
    return { leaf, local, host, device, vx };
  };
  const [one, two, three] = [addLeaf(1), addLeaf(2), addLeaf(3)];
  for (const { vx, local } of [one, two, three])
    for (const other of [one, two, three]) if (other.local !== local) vx.fdb.append({ mac: ALL, dst: other.local });
  return { spine, one, two, three };
}

const asked = ({ one, two }: ReturnType<typeof build>) => diagnosed(expect(one.host).toReach(two.host, SHORT));

describeNeeding(['vxlan'], () => {
  test.for([
    ['hosts', false],
    ['routers', true],
  ] as const)(
    'between leaves that are %s, the end behind which the target is counts',
    async ([, isRouted], { lab }) => {
      const network = build(lab, isRouted);
      const { spine, one, two } = network;
      await expect(one.host).toReach(two.host, { through: [one.vx, two.vx] });

      spine.sysctl.set('net.ipv4.ip_forward', 0);
      const lostInSpine = { code: 'router.forwarding-off', facts: { namespace: 'spine' }, lastSeen: 'leaf1/vx' };
      expect(await asked(network)).toMatchObject(lostInSpine);
      spine.sysctl.set('net.ipv4.ip_forward', 1);

      two.vx.set({ up: false });
      const down = { code: 'link.down', facts: { device: 'leaf2/vx' }, lastSeen: 'leaf1/vx' };
      expect(await asked(network)).toMatchObject(down);
      expect(await diagnosed(expect(two.host).toHear(one.host, { frame: 'broadcast' }))).toMatchObject(down);
      await expect(one.host).not.toReach(two.host, { droppedBy: 'link.down', at: two.vx });
      two.vx.set({ up: true });

      two.leaf.interface('up').set({ up: false });
      expect(await asked(network)).toMatchObject({
        code: 'link.no-carrier',
        facts: { device: 'spine/d2', down: { device: 'leaf2/up' } },
        lastSeen: 'leaf1/vx',
      });
    },
  );

  test('a vxlan that floods to others than the leaf of the target lacks an entry', async ({ lab }) => {
    const network = build(lab, false);
    const { one, two, three } = network;
    one.vx.fdb.delete({ mac: ALL, dst: two.local });
    expect(await asked(network)).toEqual({
      code: 'vxlan.other-remote',
      facts: {
        ...{ device: 'leaf1/vx', mac: 'ff:ff:ff:ff:ff:ff', by: ALL },
        ...{ remotes: [three.local], wanted: 'leaf2/vx' },
      },
      of: 'probe',
      lastSeen: 'leaf1/vx',
    });
    expect(await explanationOf(expect(one.host).toReach(two.host, SHORT))).toContain(
      'leaf1/vx sends frames for ff:ff:ff:ff:ff:ff to 192.0.3.1 only, and the way leads by leaf2/vx\n',
    );
    one.vx.fdb.append({ mac: ALL, dst: two.local });
    await expect(one.host).toReach(two.host);
  });

  test('an entry for the address of the target that leads to another leaf is the cause', async ({ lab }) => {
    const network = build(lab, false);
    const { one, two, three } = network;
    one.vx.fdb.add({ mac: two.device.mac, dst: three.local });
    const { mac } = two.device;
    expect(await asked(network)).toMatchObject({
      code: 'vxlan.other-remote',
      facts: { device: 'leaf1/vx', mac, by: mac, remotes: [three.local], wanted: 'leaf2/vx' },
      lastSeen: 'leaf1/vx',
    });
    one.vx.fdb.delete({ mac, dst: three.local });
    await expect(one.host).toReach(two.host);
  });

  test('what the bridge of the leaf does not hand to its vxlan is lost there', async ({ lab }) => {
    const network = build(lab, false);
    network.one.leaf.interface('vx').set({ bcastFlood: false });
    expect(await asked(network)).toMatchObject({
      code: 'bridge.bcast-flood-off',
      facts: { port: 'leaf1/vx' },
      lastSeen: 'leaf1/port',
    });
  });

  test('an answer that goes to another leaf is lost on its way back', async ({ lab }) => {
    const network = build(lab, false);
    const { one, two, three } = network;
    two.vx.fdb.add({ mac: one.device.mac, dst: three.local });
    expect(await asked(network)).toMatchObject({
      code: 'vxlan.other-remote',
      facts: { device: 'leaf2/vx', mac: one.device.mac, wanted: 'leaf1/vx' },
      of: 'answer',
      lastSeen: 'leaf2/vx',
    });
  });

  test('a packet filter on the way to the leaf of the target is named by the kernel', async ({ lab }) => {
    const network = build(lab, false);
    const chain = 'type filter hook forward priority 0; oifname "d2" drop';
    await network.spine.exec('nft', ['-f', '-'], { input: `table ip f { chain c { ${chain}; }; }` });
    expect(await asked(network)).toMatchObject({
      code: 'nft.drop',
      facts: { namespace: 'spine', hook: 'forward', of: { is: 'outer packet' } },
      lastSeen: 'leaf1/vx',
    });
  });
});
