import { createLab, expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { read, refusal } from './referee.ts';

interface Shown {
  altnames?: string[];
  inet6_addr_gen_mode: string;
  proto_down?: boolean;
  proto_down_reason?: string[];
  flags: string[];
}

const shown = async (ns: Namespace, name: string) =>
  (await read<Shown>(ns, 'ip', ['-j', '-d', 'link', 'show', 'dev', name]))[0];
const tokens = (ns: Namespace) => read<{ token: string; ifname: string }>(ns, 'ip', ['-j', 'token']);

// a eth0 ── eth0 b
function build(lab: Lab) {
  const a = lab.namespace('a');
  return { a, eth0: lab.cable(a, lab.namespace('b')).a };
}

async function loaded(lab: Lab, name: string, look: (ns: Namespace) => Promise<unknown>): Promise<unknown> {
  await using other = createLab();
  return await look((await other.load({ text: lab.save() })).namespace(name));
}

// a eth0 ── eth0 b   a eth1 ── c
test('a device has the altnames that are set, and ip takes them', async ({ lab }) => {
  const { a, eth0 } = build(lab);
  eth0.set({ altnames: ['uplink-to-the-far-side', 'enp1s0'] });
  expect((await shown(a, 'enp1s0'))?.altnames).toEqual(['uplink-to-the-far-side', 'enp1s0']);
  expect(eth0.state().altnames).toEqual(['uplink-to-the-far-side', 'enp1s0']);
  expect(a.interface('uplink-to-the-far-side')).toBe(eth0);
  await expect(a).toHaveLink({ name: 'eth0', altnames: ['uplink-to-the-far-side', 'enp1s0'] });
  await expect(a).not.toHaveLink({ name: 'eth0', altnames: ['enp1s0'] }, { hold: 0 });
  expect(labScript(readLab(lab))).toContain(
    'ip -n a link property add dev eth0 altname uplink-to-the-far-side altname enp1s0',
  );
  expect(await loaded(lab, 'a', async (ns) => (await shown(ns, 'eth0'))?.altnames)).toEqual([
    ...['uplink-to-the-far-side', 'enp1s0'],
  ]);

  eth0.set({ altnames: ['enp1s0', 'wan'] });
  expect((await shown(a, 'eth0'))?.altnames).toEqual(['enp1s0', 'wan']);
  expect(() => a.interface('uplink-to-the-far-side')).toThrow(UsageError);
  const { b: eth1 } = lab.cable(lab.namespace('c'), a);
  expect(refusal(() => eth1.set({ altnames: ['wan'] }))).toMatch(
    /^ip -n a link property add dev eth1 altname wan: EEXIST .*\n {2}usual cause: a has an interface of one of these names already/s,
  );
  eth0.set({ altnames: [] });
  expect((await shown(a, 'eth0'))?.altnames).toBeUndefined();
});

test('a device with addrgenmode none has no link-local address', async ({ lab }) => {
  const { a, eth0 } = build(lab);
  eth0.set({ up: false });
  eth0.set({ addrgenmode: 'none' });
  eth0.set({ up: true });
  expect(await shown(a, 'eth0')).toMatchObject({ inet6_addr_gen_mode: 'none' });
  expect(eth0.state().addrgenmode).toBe('none');
  const local = await read<{ addr_info: object[] }>(a, 'ip', ['-j', '-6', 'address', 'show', 'eth0', 'scope', 'link']);
  expect(local.flatMap(({ addr_info }) => addr_info ?? [])).toEqual([]);
  await expect(a).toHaveLink({ name: 'eth0', addrgenmode: 'none' });
  expect(await loaded(lab, 'a', (ns) => shown(ns, 'eth0'))).toMatchObject({ inet6_addr_gen_mode: 'none' });
  eth0.set({ addrgenmode: 'random' });
  expect(await shown(a, 'eth0')).toMatchObject({ inet6_addr_gen_mode: 'random' });
});

test('a device has the token that ip token says', async ({ lab }) => {
  const { a, eth0 } = build(lab);
  // The lab's hosts ask for no advertisements (router_solicitations).
  expect(refusal(() => eth0.set({ token: '::7' }))).toMatch(
    /^ip -n a token set ::7 dev eth0: EINVAL .*router_solicitations must not be 0/s,
  );
  a.sysctl.set('net.ipv6.conf.eth0.router_solicitations', 3);
  eth0.set({ token: '::7' });
  expect(await tokens(a)).toContainEqual({ token: '::7', ifname: 'eth0' });
  expect(eth0.state().token).toBe('::7');
  await expect(a).toHaveLink({ name: 'eth0', token: '::7' });
  expect(labScript(readLab(lab))).toContain('ip -n a token set ::7 dev eth0');
  expect(await loaded(lab, 'a', tokens)).toContainEqual({ token: '::7', ifname: 'eth0' });
  eth0.set({ token: '::' });
  expect(await tokens(a)).toContainEqual({ token: '::', ifname: 'eth0' });
});

// a eth0 ── eth0 b, a: m0 ┄ eth0
test('a macvlan has no carrier while protodown is on', async ({ lab }) => {
  const { a, eth0 } = build(lab);
  const macvlan = a.macvlan({ parent: eth0, name: 'm0' });
  macvlan.set({ protodown: true, protodownReasons: [3, 5] });
  expect(await shown(a, 'm0')).toMatchObject({ proto_down: true, proto_down_reason: ['3', '5'] });
  expect(macvlan.state()).toMatchObject({ protodown: true, protodownReasons: [3, 5], carrier: false });
  expect(refusal(() => macvlan.set({ protodown: false }))).toContain('protodown still has reasons');
  expect(await loaded(lab, 'a', (ns) => shown(ns, 'm0'))).toMatchObject({
    ...{ proto_down: true, proto_down_reason: ['3', '5'] },
  });
  macvlan.set({ protodown: false, protodownReasons: [] });
  expect(macvlan.state()).toMatchObject({ protodown: false, protodownReasons: [], carrier: true });
  expect(refusal(() => eth0.set({ protodown: true }))).toContain(
    'usual cause: protodown is for macvlans, vxlans and some NICs (dev_change_proto_down)',
  );
});

// a eth0 ── eth0 b   a eth1 ── b2
test('a device without ARP answers nobody, and one with allMulticast takes all groups, as ip shows', async ({
  lab,
}) => {
  const { a, eth0 } = build(lab);
  const b = lab.namespace('b2');
  const { b: far } = lab.cable(a, b);
  eth0.set({ arp: false, allMulticast: true });
  expect((await shown(a, 'eth0'))?.flags).toEqual(expect.arrayContaining(['NOARP', 'ALLMULTI']));
  expect(eth0.state()).toMatchObject({ arp: false, allMulticast: true });
  await expect(a).toHaveLink({ name: 'eth0', arp: false, allMulticast: true });
  const flags = (all: string[] = []) => all.filter((flag) => ['NOARP', 'ALLMULTI'].includes(flag)).toSorted();
  expect(flags(((await loaded(lab, 'a', (ns) => shown(ns, 'eth0'))) as Shown).flags)).toEqual(['ALLMULTI', 'NOARP']);
  far.set({ arp: false });
  await expect(a).not.toReach(b, { family: 4 });
  far.set({ arp: true });
  await expect(a).toReach(b, { family: 4 });
  eth0.set({ arp: true, allMulticast: false });
  expect(flags((await shown(a, 'eth0'))?.flags)).toEqual([]);
});

test.for<[options: object, message: string]>([
  [
    { altnames: ['a b'] },
    "altnames must be a list of names of 1 to 127 bytes, without blanks, slashes and colons: received ['a b']",
  ],
  [{ arp: 'off' }, "arp must be true or false: received 'off'"],
  [{ allMulticast: 1 }, 'allMulticast must be true or false: received 1'],
  [{ token: '1::7' }, "token must be an IPv6 address with an upper half of zeroes, such as '::7': received '1::7'"],
  [{ addrgenmode: 'secret' }, "addrgenmode must be one of eui64, none, stable_secret, random: received 'secret'"],
  [{ protodownReasons: [32] }, 'protodownReasons must be a list of numbers from 0 to 31: received [32]'],
  // a eth0 ── eth0 b
])('set(%o): %s', ([options, message], { lab }) => {
  const { eth0 } = build(lab);
  expect(() => eth0.set(options)).toThrow(new UsageError(`a/eth0.set: ${message}`));
});
