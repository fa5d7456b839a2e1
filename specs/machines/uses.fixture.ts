import { test } from 'hairpin';

// ns1, ns2 ─ macvlan ─ up0 (host) ── p0 (sw), and what programs are asked for, whether this kernel has it or not
test('uses', async ({ macvlanPair }) => {
  const { ns1 } = macvlanPair();
  await ns1.exec('ip', ['link', 'add', 'd0', 'type', 'dummy'], { reject: false });
  await ns1.exec('tc', ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'], { reject: false });
  await ns1.exec('nft', ['list', 'ruleset'], { reject: false });
});
