import { createLab, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { describeNeeding, withoutPrograms } from '../needs.ts';

// a, whose eth0 has a queueing discipline ── b
test('what a file cannot say is a comment at its place', async ({ lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  await a.exec('tc', 'qdisc add dev eth0 root htb'.split(' '));

  expect(lab.save()).toContain('  # Left out: the queueing discipline htb of a/eth0 (tc qdisc)\n  a:');
});

// a, with a ruleset
test('a ruleset that nft could not list is a comment', async ({ lab, onTestFinished }) => {
  const a = lab.namespace('a');
  await a.exec('nft', ['add', 'table', 'inet', 'quiet']);
  expect(lab.save()).not.toContain('Left out');

  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PATH', '/nowhere');
  const remark = '# Left out: the ruleset of nftables of a: nft is not installed, or could not list it\n';
  expect(lab.save()).toContain(remark);
  expect(labScript(readLab(lab))).toContain(remark);
  const state = readLab(lab);
  expect(state.namespaces.map((each) => stateText(state, each)).join()).toContain(
    'a table of family inet, which nft did not list',
  );
});

// a, with a rule of iptables-nft that nft lists, and cannot load, and with a chain that it can
test('a table that nft cannot load is a comment', async ({ lab, skip }) => {
  const why = withoutPrograms('iptables-nft');
  skip(why !== false, String(why));
  const a = lab.namespace('a');
  await a.exec('nft', ['-f', '-'], { input: 'table inet t { chain c { comment "no xt match here"; }; }' });
  const added = await a.exec('iptables-nft', ['-A', 'INPUT', '-m', 'string', '--string', 'x', '--algo', 'bm'], {
    reject: false,
  });
  skip(added.exitCode !== 0, 'needs CONFIG_NFT_COMPAT');
  const saved = lab.save();
  const remark = '# Left out: the table ip filter of a: it has extensions of iptables, which nft cannot load\n';
  expect(saved).toContain(remark);
  expect(labScript(readLab(lab))).toContain(remark);

  await using other = createLab();
  const copy = (await other.load({ text: saved })).namespace('a');
  const { stdout } = await copy.exec('nft', ['list', 'ruleset']);
  expect(stdout).toBe('table inet t {\n\tchain c {\n\t\tcomment "no xt match here"\n\t}\n}');
});

// a, with a vxlan
describeNeeding(['vxlan'], () => {
  test('an entry of a vxlan that leads to a nexthop is a comment', async ({ lab }) => {
    const a = lab.namespace('a');
    a.link('vxlan', { id: 7, name: 'vx', address: false });
    await a.exec('ip', ['nexthop', 'add', 'id', '1', 'via', '192.0.2.2', 'fdb']);
    await a.exec('ip', ['nexthop', 'add', 'id', '9', 'group', '1', 'fdb']);
    await a.exec('bridge', ['fdb', 'add', '02:00:00:00:00:99', 'dev', 'vx', 'nhid', '9']);

    expect(lab.save()).toContain('# Left out: the entry of vx that sends 02:00:00:00:00:99 to nexthop 9\n');
    expect(labScript(readLab(lab))).toMatch(/^bridge .*fdb .*02:00:00:00:00:99 dev vx .*nhid 9/m);
  });
});
