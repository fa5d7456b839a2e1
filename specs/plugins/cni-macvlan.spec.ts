import { describe, expect, test } from 'hairpin';
import { CniError, cni, findCniPlugin } from 'hairpin/plugins';
import { bridgeLink, ipAddresses, ipLink } from '../lab/referee.ts';
import { addNode, HOST_LOCAL } from './node.ts';

const macvlan = (more: Record<string, unknown> = {}) => ({
  name: 'lan',
  plugins: [{ type: 'macvlan', master: 'up0', ipam: HOST_LOCAL, ...more }],
});

// ns1 ─ eth0 (macvlan, by CNI) ┐
//                              ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ eth0 (macvlan, by CNI) ┘                         └─ neighbour
describe.skipIf(!findCniPlugin('macvlan'))('needs the CNI plugin macvlan (containernetworking-plugins)', () => {
  const two = (['bridge', 'private', 'vepa'] as const).flatMap((mode) =>
    [false, true].map((hairpin) => ({ mode, hairpin })),
  );
  test.for(two)('a pair in mode $mode, hairpin $hairpin, is as the model says', async ({ mode, hairpin }, { lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab, { hairpin });
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const net = cni(host, macvlan({ mode }));
    await net.add(ns1);
    await net.add(ns2);
    expect((await ipLink(ns1, 'eth0')).linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
    await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs(mode, { hairpin });
  });

  test.for([false, true])('passthru, hairpin %s, is as the model says', async (hairpin, { lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab, { hairpin });
    const ns1 = lab.namespace('ns1');
    await cni(host, macvlan({ mode: 'passthru' })).add(ns1);
    await expect({ ns1, uplink, gateway, neighbour }).toBehaveAs('passthru', { hairpin });
  });

  test('the plugin’s default is bridge, not the kernel’s vepa', async ({ lab }) => {
    const { host } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    await cni(host, macvlan()).add(ns1);
    expect(ns1.interface('eth0')).toMatchObject({ kind: 'macvlan', mode: 'bridge' });
  });

  test('what it made is an interface of the lab, with its parent and addresses', async ({ lab }) => {
    const { host, uplink } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const { device, interfaces, ips } = await cni(host, macvlan({ mode: 'vepa' })).add(ns1);
    const link = await ipLink(ns1, 'eth0');
    expect(device).toBe(ns1.interface('eth0'));
    expect(device).toMatchObject({
      name: 'eth0',
      kind: 'macvlan',
      parent: uplink,
      index: link.ifindex,
      mac: link.address,
    });
    expect([...uplink.children]).toEqual([device]);
    expect(interfaces).toMatchObject([{ name: 'eth0', mac: link.address, device }]);
    expect(ips.map(({ address }) => address)).toEqual(await ipAddresses(ns1, 'eth0'));
    expect(ips).toMatchObject([
      { address: '10.0.0.101/24', gateway: '10.0.0.1', device },
      { address: 'fd00::65/64', gateway: 'fd00::1', device },
    ]);
  });

  test('mtu, and mac by conflist or by capability', async ({ lab }) => {
    const { host } = addNode(lab);
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    await cni(host, macvlan({ mtu: 1400, mac: '02:00:00:00:01:01' })).add(ns1);
    expect(await ipLink(ns1, 'eth0')).toMatchObject({ mtu: 1400, address: '02:00:00:00:01:01' });
    const net = cni(host, macvlan({ capabilities: { mac: true } }));
    await net.add(ns2, { name: 'lan0', capabilities: { mac: '02:00:00:00:01:02' } });
    expect(await ipLink(ns2, 'lan0')).toMatchObject({ mtu: 1500, address: '02:00:00:00:01:02' });
  });

  test('linkInContainer: the parent is the container’s own', async ({ lab, skip }) => {
    const { host } = addNode(lab);
    const pod = lab.namespace('pod');
    lab.cable(pod, lab.switch('inner'), { a: { name: 'inner0' } });
    const net = cni(host, { name: 'in', plugins: [{ type: 'macvlan', master: 'inner0', linkInContainer: true }] });
    const failure = await net.add(pod, { name: 'net1' }).catch((error: Error) => error);
    // Older plugins leave the setting unread, and look on the node.
    if (failure instanceof CniError && failure.msg?.includes('Link not found'))
      skip('needs containernetworking-plugins 1.3');
    expect(pod.interface('net1')).toMatchObject({ kind: 'macvlan', parent: pod.interface('inner0') });
  });

  test('a failure is explained as of any other macvlan', async ({ lab }) => {
    const { host, switchPort } = addNode(lab);
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const net = cni(host, macvlan({ mode: 'vepa' }));
    await net.add(ns1);
    await net.add(ns2);
    await expect(expect(ns1).toReach(ns2, { within: 50 })).rejects.toThrow(
      'not sent back out of sw/p0: hairpin is off on that port',
    );
    switchPort.set({ hairpin: true });
    expect(await bridgeLink(switchPort.namespace, 'p0')).toMatchObject({ hairpin: true });
    await expect(ns1).toReach(ns2, { through: switchPort });
  });

  test('CHECK notices an address that somebody took away; DEL leaves nothing, and is repeatable', async ({ lab }) => {
    const { host, uplink } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const net = cni(host, macvlan());
    const { device } = await net.add(ns1);
    await net.check(ns1);
    await ns1.exec('ip', ['address', 'del', '10.0.0.101/24', 'dev', 'eth0']);
    await expect(net.check(ns1)).rejects.toThrow(
      'cni CHECK lan, plugin macvlan, ns1/eth0: Failed to match addr 10.0.0.101/24',
    );
    await net.del(ns1);
    expect((await ns1.exec('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(1);
    expect(device.deleted).toBe(true);
    expect(ns1.interfaces).toEqual([]);
    await expect(host).toReach('10.0.0.2');
    expect(uplink.deleted).toBe(false);
    await net.del(ns1);
  });
});
