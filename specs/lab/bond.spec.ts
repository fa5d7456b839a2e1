import { createLab, expect, type Interface, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { probesIn } from '../../lib/trace/known-queues.ts';
import { Referee } from '../model/agreement.ts';
import { describeNeeding } from '../needs.ts';
import { ipLink, read, refusal } from './referee.ts';

/** host: bond0 (eth0, eth1) ── sw ── far */
function build(lab: Lab, options: object = {}) {
  const sw = lab.switch('sw', { subnets: ['10.9.0.0/24'] });
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const bond = host.link('bond', { mode: 'active-backup', miimon: 100, address: '10.9.0.100/24', ...options });
  const cables = [lab.cable(host, sw, { a: { address: false } }), lab.cable(host, sw, { a: { address: false } })];
  for (const { a } of cables) a.set({ up: false, master: bond });
  lab.cable(far, sw);
  return { sw, host, far, bond, cables, slaves: cables.map(({ a }) => a) };
}

describeNeeding(['bond'], () => {
  test.for<[options: object, shown: object]>([
    [{}, { mode: 'balance-rr', miimon: 0, use_carrier: 1, arp_validate: null }],
    [
      { mode: 'active-backup', miimon: 100, updelay: 200, downdelay: 300, failOverMac: 'active' },
      { mode: 'active-backup', miimon: 100, updelay: 200, downdelay: 300, fail_over_mac: 'active' },
    ],
    [
      { mode: '802.3ad', lacpRate: 'fast', adSelect: 'bandwidth', xmitHashPolicy: 'layer3+4', minLinks: 1 },
      { mode: '802.3ad', ad_lacp_rate: 'fast', ad_select: 'bandwidth', xmit_hash_policy: 'layer3+4', min_links: 1 },
    ],
    [
      { mode: '802.3ad', adActorSysPrio: 7, adUserPortKey: 9 },
      { ad_actor_sys_prio: 7, ad_user_port_key: 9 },
    ],
    [
      { mode: 'active-backup', arpInterval: 100, arpIpTarget: ['10.9.0.1', '10.9.0.2'], arpValidate: 'all' },
      { arp_interval: 100, arp_ip_target: ['10.9.0.1', '10.9.0.2'], arp_validate: 'all' },
    ],
    [
      { mode: 'balance-tlb', tlbDynamicLb: false, lpInterval: 5 },
      { tlb_dynamic_lb: 0, lp_interval: 5 },
    ],
    [
      { packetsPerSlave: 3, resendIgmp: 2, numGratArp: 4 },
      { packets_per_slave: 3, resend_igmp: 2, num_peer_notif: 4 },
    ],
  ])('link(bond, %o) is %o in the words of iproute2', async ([options, shown], { lab }) => {
    const host = lab.namespace('host');
    const bond = host.link('bond', options);
    expect((await ipLink(host, bond.name)).linkinfo).toMatchObject({ info_kind: 'bond', info_data: shown });
    expect(bond).toMatchObject(options);
  });

  test('a slave has the queueId and the prio that are set, as iproute2 shows them', async ({ lab }) => {
    const { host, slaves } = build(lab);
    const [eth0, eth1] = slaves as [Interface, Interface];
    eth0.set({ queueId: 2, prio: -7 });
    const shown = async (ns: Namespace, name: string) =>
      (await read<{ linkinfo: object }>(ns, 'ip', ['-j', '-d', 'link', 'show', 'dev', name]))[0]?.linkinfo;
    const expected = { info_slave_kind: 'bond', info_slave_data: { queue_id: 2, prio: -7 } };
    expect(await shown(host, 'eth0')).toMatchObject(expected);
    expect(await shown(host, 'eth1')).toMatchObject({ info_slave_data: { queue_id: 0, prio: 0 } });
    expect([eth0.settings, eth1.settings]).toMatchObject([
      { queueId: 2, prio: -7 },
      { queueId: 0, prio: 0 },
    ]);
    expect(labScript(readLab(lab))).toContain('ip -n host link set eth0 type bond_slave queue_id 2 prio -7');
    await using other = createLab();
    expect(await shown((await other.load({ text: lab.save() })).namespace('host'), 'eth0')).toMatchObject(expected);
    expect(refusal(() => eth1.set({ queueId: 2 }))).toContain(
      'usual cause: queueId must be one of the queues of the bond that no other slave has (bond_option_queue_id_set)',
    );
    eth0.set({ master: false });
    expect(() => eth0.set({ queueId: 1 })).toThrow(/^host\/eth0\.set: there is no option 'queueId'/);
  });

  test('a host behind a bond is reached by either slave', async ({ lab }) => {
    const { host, far, bond, slaves, cables } = build(lab);
    expect((await ipLink(host, 'eth0')).master).toBe('bond0');
    expect(slaves.map(({ master }) => master)).toEqual([bond, bond]);
    await expect(far).toReach(bond);
    const active = bond.activeSlave;
    expect(slaves).toContain(active);
    const other = slaves.find((slave) => slave !== active);
    cables[slaves.indexOf(active as never)]?.unplug();
    await expect.poll(() => bond.activeSlave).toBe(other);
    await expect(far).toReach(bond);
    await expect(host).toReach(far);
  });

  test('activeSlave chooses the slave', async ({ lab }) => {
    const { host, far, bond, slaves } = build(lab);
    for (const slave of slaves) {
      await expect.poll(() => slave.state().carrier).toBe(true);
      bond.set({ activeSlave: slave });
      expect((await ipLink(host, bond.name)).linkinfo.info_data).toMatchObject({ active_slave: slave.name });
      await expect(host).toReach(far, { through: slave });
    }
  });

  test.for([
    ['balance-rr', 'layer2', true],
    ['balance-xor', 'layer3+4', true],
    ['balance-xor', 'layer2+3', false],
    ['active-backup', 'layer3+4', false],
  ] as const)('in mode %s, with %s, the next packet may fare otherwise: %s', ([mode, xmitHashPolicy, may], { lab }) => {
    build(lab, { mode, xmitHashPolicy });
    expect(probesIn(lab) > 10).toBe(may);
  });

  // host ═ bond0 (eth0 … eth15) ── sw
  test('a negative asks more often where a bond has more ports', ({ lab }) => {
    const [host, sw] = [lab.namespace('host'), lab.switch('sw')];
    const bond = host.link('bond', { mode: 'balance-xor', xmitHashPolicy: 'layer3+4' });
    const asked = Array.from({ length: 16 }, () => {
      const { a } = lab.cable(host, sw, { a: { address: false } });
      a.set({ up: false, master: bond });
      return probesIn(lab);
    });
    expect(asked[1]).toBe(asked[7]);
    // One port of 16 gets none of so many probes in 2 cases of 100: (15 / 16) ^ 61.
    expect(asked[15]).toBeGreaterThanOrEqual(61);
  });

  // a ═ bond0 (eth0, eth1, eth2): eth0 ── sw ── b, the other two lead to sw2 and sw3, which lead nowhere
  test('a negative asks often enough where a bond shares packets out by their ports', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    const options = { mode: 'balance-xor', xmitHashPolicy: 'layer3+4', address: '10.9.0.1/24' } as const;
    const bond = a.link('bond', options);
    for (const each of [sw, lab.switch('sw2'), lab.switch('sw3')])
      lab.cable(a, each, { a: { address: false } }).a.set({ up: false, master: bond });
    const { a: far } = lab.cable(b, sw, { a: { address: '10.9.0.2/24' } });
    // ARP is shared out by MAC addresses.
    a.neighbour.add({ to: '10.9.0.2', lladdr: far.mac, dev: bond.name });
    b.neighbour.add({ to: '10.9.0.1', lladdr: bond.mac, dev: far.name });
    for (let round = 0; round < 8; round++)
      await expect(expect(a).not.toReach(b, { by: 'udp' })).rejects.toThrow(/^Received: +an answer/m);
  });

  test('model and kernel agree on what passes an active-backup bond', async ({ lab }) => {
    const { far, bond, slaves } = build(lab);
    await expect(far).toReach(bond);
    using referee = new Referee(lab);
    for (const slave of slaves) {
      bond.set({ activeSlave: slave });
      for (const [from, to] of [
        [far.interface(), bond.mac],
        [bond, far.interface().mac],
        [far.interface(), 'ff:ff:ff:ff:ff:ff'],
      ] as const) {
        const ways = await referee.follow(from, to, 60);
        expect(ways?.model.length).toBeGreaterThan(1);
        expect(ways?.kernel, `${from} to ${to}`).toEqual(ways?.model);
      }
    }
  });

  test('the kernel refuses a device that is up, and delays without miimon', ({ lab }) => {
    const host = lab.namespace('host');
    const { a } = lab.cable(host, lab.namespace('far'));
    const bond = host.link('bond', { mode: 'active-backup' });
    expect(refusal(() => a.set({ master: bond }))).toContain(
      'usual cause: host/eth0 is up, and host/bond0 takes devices that are down (bond_enslave): set({ up: false, master })',
    );
    expect(refusal(() => bond.set({ updelay: 100 }))).toContain('multiples of miimon, which is off');
  });

  test.for<[options: object, message: string]>([
    [
      { mode: 'lacp' },
      "mode must be one of balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb: received 'lacp'",
    ],
    [{ arpIpTarget: ['x'] }, "arpIpTarget must be a list of at most 16 IPv4 addresses: received ['x']"],
    [{ activeSlave: 'eth0' }, "activeSlave must be an interface of host: received 'eth0'"],
  ])('link(bond, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('host').link('bond', options as object)).toThrow(
      new UsageError(`host.link(bond): ${message}`),
    );
  });
});
