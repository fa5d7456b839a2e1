import { release } from 'node:os';
import { createLab, expect, type Lab, supports, test } from 'hairpin';
import { bond } from '../../lib/links/bond.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { withoutPrograms } from '../needs.ts';
import { rebuild } from '../report/rebuild.ts';
import { read } from './referee.ts';

// Options that iproute2 6.1 has no words for: the referee is what the kernel does, or says of them.

/** Compares versions: these specs test whether hairpin finds an option, so they do not ask hairpin. */
function isOlderThan(version: string): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

// a ── p0 (sw) p1 ── b, c
function build(lab: Lab, limit = {}) {
  const sw = lab.switch('sw', limit);
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const { b: p0 } = lab.cable(a, sw);
  for (const ns of [b, c]) lab.cable(ns, sw);
  return { sw, a, b, c, p0 };
}

const learnt = async ({ sw }: ReturnType<typeof build>) =>
  (await read<{ state: string }>(sw, 'bridge', ['-j', 'fdb', 'show', 'br', 'br0', 'dynamic'])).length;

test('a bridge keeps no more learnt addresses than fdbMaxLearned', async ({ lab, skip }) => {
  skip(isOlderThan('6.7'), 'needs Linux 6.7, for fdbMaxLearned');
  const net = build(lab, { fdbMaxLearned: 1 });
  expect(net.sw.br0.settings).toMatchObject({ fdbMaxLearned: 1 });
  await expect(net.a).toReach(net.b);
  await expect(net.a).toReach(net.c);
  expect(await learnt(net)).toBe(1);
  expect(labScript(readLab(lab))).toContain(
    '# Left out: fdb_max_learned 1 of sw/br0 (needs an iproute2 newer than 6.1)',
  );
  await using other = createLab();
  const copy = (await other.load({ text: lab.save() })).switch('sw');
  expect(copy.br0.settings).toMatchObject({ fdbMaxLearned: 1 });
  net.sw.br0.set({ fdbMaxLearned: 0 });
  await expect(net.a).toReach(net.c);
  expect(await learnt(net)).toBeGreaterThan(1);
});

test('where there is no fdbMaxLearned, it is refused', ({ lab, skip }) => {
  skip(!isOlderThan('6.7'), 'this kernel has fdbMaxLearned (Linux 6.7)');
  expect(() => lab.switch('sw', { fdbMaxLearned: 1 })).toThrow(
    /usual cause: this kernel ignores fdbMaxLearned of a bridge: it came with Linux 6\.7\. supports\('bridge', { fdbMaxLearned: 1 }\) tells$/,
  );
});

test('a port joins no more groups than mcastMaxGroups', async ({ lab, skip }) => {
  skip(isOlderThan('6.3'), 'needs Linux 6.3, for mcastMaxGroups');
  // No host is behind the port: it would join groups, too.
  const sw = lab.switch('sw', { mcastSnooping: true });
  const { b: p0 } = lab.cable(lab.switch('silent'), sw);
  const join = (group: string) =>
    sw.exec('bridge', ['mdb', 'add', 'dev', 'br0', 'port', p0.name, 'grp', group, 'permanent']);
  p0.set({ mcastMaxGroups: 1 });
  await join('239.1.1.1');
  await expect(join('239.1.1.2')).rejects.toThrow('mcast_max_groups');
  expect(p0.settings).toMatchObject({ mcastMaxGroups: 1, mcastNGroups: 1 });
  await using other = createLab();
  const copy = (await other.load({ text: lab.save() })).switch('sw').interface('p0');
  expect(copy.settings).toMatchObject({ mcastMaxGroups: 1 });
  p0.set({ mcastMaxGroups: 0 });
  await join('239.1.1.2');
  expect(p0.settings).toMatchObject({ mcastMaxGroups: 0, mcastNGroups: 2 });
});

test('a port has the backupNhid that is set', ({ lab }) => {
  const { p0 } = build(lab);
  const told = refused(() => p0.set({ backupNhid: 7 }));
  expect(told !== undefined).toBe(isOlderThan('6.6'));
  if (told !== undefined) {
    expect(told).toContain('usual cause: this kernel ignores backupNhid of a port: it came with Linux 6.6.');
    return;
  }
  expect(p0.settings).toMatchObject({ backupNhid: 7 });
  // IFLA_BRPORT_BACKUP_NHID, as the kernel has it.
  expect(labScript(readLab(lab))).toContain('# Left out: sw/p0: attribute 44 of IFLA_INFO_SLAVE_DATA 0x07000000');
  p0.set({ backupNhid: 0 });
  expect(p0.settings).toMatchObject({ backupNhid: 0 });
});

function refused(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

// a: m0 ┄ eth0 ── b
test('macvlans of one parent share bclim', ({ lab, skip }) => {
  skip(isOlderThan('6.4'), 'needs Linux 6.4, for bclim');
  const a = lab.namespace('a');
  const { a: parent } = lab.cable(a, lab.namespace('b'));
  const [one, other] = [a.macvlan({ parent, bclim: -1 }), a.macvlan({ parent })];
  expect([one.bclim, other.bclim]).toEqual([-1, -1]);
  other.set({ bclim: 5 });
  expect(one.bclim).toBe(5);
  other.set({ bclim: 1 });
  expect(one.bclim).toBe(1);
});

test('a vxlan has the labelPolicy that is set', ({ lab, skip }) => {
  skip(!supports('vxlan') || isOlderThan('6.7'), 'needs CONFIG_VXLAN and Linux 6.7, for labelPolicy');
  const vxlan = lab.namespace('a').link('vxlan', { id: 7, remote: 'fd00::2', labelPolicy: 'inherit' });
  expect(vxlan.labelPolicy).toBe('inherit');
  expect(labScript(readLab(lab))).toContain('# Left out: labelPolicy of a/vxlan0 (iproute2 has no word for it)');
});

test('a vxlan has the reservedBits that are set', ({ lab, skip }) => {
  skip(!supports('vxlan') || isOlderThan('6.14'), 'needs CONFIG_VXLAN and Linux 6.14, for reservedBits');
  const a = lab.namespace('a');
  expect(a.link('vxlan', { id: 7, reservedBits: 'f7ff000000000000' }).reservedBits).toBe('f7ff000000000000');
  // All bits but the flag of the VNI (0x08 of the first byte) and the VNI itself.
  expect(a.link('vxlan', { id: 8 }).reservedBits).toBe('f7ffffff000000ff');
});

test('a vxlan has the localbypass that is set, and lab.sh says that it leaves it out', async ({ lab, skip }) => {
  skip(!supports('vxlan') || isOlderThan('6.5'), 'needs CONFIG_VXLAN and Linux 6.5, for localbypass');
  // lab.sh runs it.
  const missing = withoutPrograms('sysctl');
  if (missing) skip(missing);
  const a = lab.namespace('a');
  const one = a.link('vxlan', { id: 7, localbypass: false, address: false });
  expect([one.localbypass, a.link('vxlan', { id: 8, address: false }).localbypass]).toEqual([false, true]);
  const script = labScript(readLab(lab));
  expect(script.match(/^# Left out: .*$/gm)).toEqual([
    '# Left out: nolocalbypass of a/vxlan0 (needs an iproute2 newer than 6.1)',
  ]);
  // iproute2 6.1 refuses a word that it does not know.
  const { exitCode, output } = await rebuild(script);
  expect(exitCode, output).toBe(0);
  await using other = createLab();
  expect((await other.load({ text: lab.save() })).interface('a/vxlan0')).toMatchObject({ localbypass: false });
});

// Linux 6.9; the kernels of the specs are older, or have no bonds.
test('coupledControl of a bond is sent in its own attribute', () => {
  const to = new Writer();
  bond.table.write(to, { coupledControl: false });
  // IFLA_BOND_COUPLED_CONTROL (32), one byte and its padding.
  expect(to.bytes).toEqual(Buffer.from([5, 0, 32, 0, 0, 0, 0, 0]));
  expect(bond.table.read(to.bytes).coupledControl).toBe(false);
});
