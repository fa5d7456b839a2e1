import { expect, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { read, refusal } from './referee.ts';

// a: vx ┄ eth0 ── eth0 :b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: dev } = lab.cable(a, b);
  return { a, vx: a.link('vxlan', { name: 'vx', external: true, vnifilter: true, dev }) };
}

/** What `bridge vni` tells of the vxlan. */
async function told(namespace: Namespace): Promise<unknown> {
  const [device] = await read<{ vnis: unknown }>(namespace, 'bridge', ['-j', 'vni', 'show', 'dev', 'vx']);
  return device?.vnis;
}

describeNeeding([['vxlan', { external: true, vnifilter: true }]], () => {
  test('identifiers are added, changed and deleted, alone and in rows', async ({ lab }) => {
    const { a, vx } = build(lab);
    a.vni.add({ dev: vx, vni: 7, remote: '192.0.2.7' });
    a.vni.add({ dev: 'vx', vni: '10-19' });
    a.vni.add({ dev: vx, vni: 30, group: '239.1.1.1' });
    expect(await told(a)).toEqual([
      { vni: 7, remote: '192.0.2.7' },
      { vni: 10, vniEnd: 19 },
      { vni: 30, group: '239.1.1.1' },
    ]);
    expect(a.vni.list()).toEqual([
      { dev: 'vx', vni: 7, remote: '192.0.2.7', group: undefined },
      { dev: 'vx', vni: '10-19', remote: undefined, group: undefined },
      { dev: 'vx', vni: 30, remote: undefined, group: '239.1.1.1' },
    ]);

    a.vni.add({ dev: vx, vni: 7, remote: '192.0.2.8' });
    a.vni.delete({ dev: vx, vni: '12-18' });
    a.vni.delete({ dev: vx, vni: 30 });
    expect(await told(a)).toEqual([{ vni: 7, remote: '192.0.2.8' }, { vni: 10, vniEnd: 11 }, { vni: 19 }]);
  });

  // a: vx ┄ eth0 ── eth0 ┄ vx :b
  test('a vxlan takes packets of the identifiers in its list alone', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
    a.link('vxlan', { id: 7, remote: '192.0.2.2', dstport: 4789, address: '10.7.0.1/24' });
    const vx = b.link('vxlan', { external: true, vnifilter: true, dstport: 4789, address: '10.7.0.2/24' });
    b.route.add({ to: '10.7.0.1', dev: vx, encap: { ip: { id: 7, dst: '192.0.2.1' } } });
    b.vni.add({ dev: vx, vni: '8-9' });
    await expect(a).not.toReach('10.7.0.2', { by: 'arp' });
    b.vni.add({ dev: vx, vni: 7, remote: '192.0.2.1' });
    await expect(a).toReach('10.7.0.2', { by: 'arp' });
  });

  test.for([
    [{ vni: 7 }, 'a.vni.add: dev must be given: a vxlan with vnifilter, or its name'],
    [{ dev: 'vx' }, "a.vni.add: vni must be given: a whole number from 1 to 16777215, or a range, as in '10-19'"],
    [
      { dev: 'vx', vni: '19-10' },
      "a.vni.add: vni must be a whole number from 1 to 16777215, or a range, as in '10-19': received '19-10'",
    ],
    [{ dev: 'vx', vni: 7, remote: '239.1.1.1' }, 'remote must be the address of one host: received 239.1.1.1, a group'],
    [{ dev: 'vx', vni: 7, group: '192.0.2.1' }, 'group must be a multicast group: received 192.0.2.1'],
    [
      { dev: 'vx', vni: 7, remote: '192.0.2.1', group: '239.1.1.1' },
      'a.vni.add: of remote and group only one can be given',
    ],
  ] as [never, string][])('%o is refused', ([options, message], { lab }) => {
    const { a } = build(lab);
    expect(() => a.vni.add(options)).toThrow(message);
  });

  test('what the kernel refuses is said in the words of bridge vni, with its usual cause', ({ lab }) => {
    const { a, vx } = build(lab);
    const plain = a.link('vxlan', { id: 5, dstport: 4790 });
    const refused = refusal(() => a.vni.add({ dev: plain, vni: 7 }));
    expect(refused).toMatch(/^bridge -n a vni add vni 7 dev vxlan\S*: EOPNOTSUPP/);
    expect(refused).toContain('usual cause: dev must be a vxlan that was made with external and vnifilter');
    const roaming = a.link('vxlan', { external: true, vnifilter: true, dstport: 4791 });
    expect(refusal(() => a.vni.add({ dev: roaming, vni: 7, group: '239.1.1.1' }))).toContain(
      'usual cause: a group needs a vxlan with dev',
    );
    expect(refusal(() => a.vni.delete({ dev: vx, vni: 7 }))).toContain(
      'usual cause: the vxlan does not have this VNI in its list',
    );
  });
});
