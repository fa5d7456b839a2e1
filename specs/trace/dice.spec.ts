import { expect, test } from 'hairpin';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';
import { probesOfDice } from '../../lib/trace/dice.ts';

/** Of packets of which one in so many passes, this many show one, in 98 cases of 100. */
const probesFor = (oneIn: number) => Math.ceil(Math.log(0.02) / Math.log(1 - 1 / oneIn));

// r, whose packet filter drops by chance
test.for<[rule: string, oneIn: number]>([
  ['numgen inc mod 100 != 99 drop', 100],
  ['numgen inc mod 100 offset 5 == 7 drop', 100],
  ['numgen random mod 1000 < 250 drop', 4],
  ['numgen inc mod 1000 >= 900 drop', 10],
  ['numgen inc mod 1000 100-149 drop', 20],
  ['numgen inc mod 50 vmap { 3 : drop }', 50],
  ['meta random < 0x10000000 drop', 16],
])('%s', async ([rule, oneIn], { lab }) => {
  const r = lab.router('r');
  await r.exec('nft', [`table ip t { chain c { type filter hook forward priority 0; ${rule}; }; }`]);
  expect(probesOfDice(r)).toBe(probesFor(oneIn));
});

// r, whose rules draw no number, or one that decides of nothing
test.for(['limit rate 1/second drop', 'ip saddr 10.0.0.1 drop', 'numgen inc mod 4 >= 0 drop'])(
  '%s: no number decides',
  async (rule, { lab }) => {
    const r = lab.router('r');
    await r.exec('nft', [`table ip t { chain c { type filter hook forward priority 0; ${rule}; }; }`]);
    expect(probesOfDice(r)).toBe(0);
  },
);

const STATISTICS: readonly (readonly [words: string, oneIn: number])[] = [
  ['--mode nth --every 60 --packet 0', 60],
  ['--mode random --probability 0.03125', 32],
  ['--mode random --probability 0.96875', 32],
];

// r, whose iptables drops by chance
test.for(['iptables-nft', 'iptables-legacy'])('statistic of %s', async (iptables, { lab, skip }) => {
  if (!findProgram(iptables)) skip(`needs ${iptables}`);
  const r = lab.router('r');
  // Its lock is the machine's, which an ordinary user may not take.
  const env = { XTABLES_LOCKFILE: '/dev/null' };
  for (const [words, oneIn] of STATISTICS) {
    const rule = ['FORWARD', '-m', 'statistic', ...words.split(' '), '-j', 'DROP'];
    const { exitCode } = await r.exec(iptables, ['-A', ...rule], { reject: false, env });
    // PARAMETER_PROBLEM
    expect(exitCode).not.toBe(2);
    if (exitCode !== 0) skip('needs a kernel that has ip_tables, and the match');
    expect(probesOfDice(r)).toBe(probesFor(oneIn));
    await r.exec(iptables, ['-D', ...rule], { env });
    expect(probesOfDice(r)).toBe(0);
  }
});
