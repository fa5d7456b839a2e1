import { expect, type Lab, test } from 'hairpin';
import { needs } from '../needs.ts';
import { failureOf } from './failure-of.ts';

// a ── b, which answers only some echoes in a minute
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: ['10.0.0.1/24', 'fd00:9::1/64'] }, b: { address: ['10.0.0.2/24', 'fd00:9::2/64'] } });
  return { a, b };
}

const LIMITS = [
  { family: 4, mask: 'net.ipv4.icmp_ratemask', value: '1', limit: 'net.ipv4.icmp_ratelimit', to: '10.0.0.2' },
  { family: 6, mask: 'net.ipv6.icmp.ratemask', value: '129', limit: 'net.ipv6.icmp.ratelimit', to: 'fd00:9::2' },
] as const;

needs('ping');

test.for(LIMITS)(
  'an echo that the target got and did not answer, over IPv$family, proves nothing',
  async ({ family, mask, value, limit, to }, { lab }) => {
    const { a, b } = build(lab);
    b.sysctl.set(limit, 60_000);
    b.sysctl.set(mask, value);
    // It has some to spare at first.
    const { stdout } = await a.exec('ping', ['-c', '20', '-i', '0.002', '-W', '0.1', to], { reject: false });
    expect(stdout).not.toContain(' 0% packet loss');
    expect(await failureOf(expect(a).not.toReach(b, { family }))).toMatch(
      new RegExp(
        `^Received: {2}inconclusive: none \\(b limits its own echo replies \\(${mask} is ${value}\\); \\d+ probes?\\)$`,
        'm',
      ),
    );
    await expect(a).not.toReach(b, { family, because: 'lost' });
    await expect(a).toReach(b, { family, by: 'udp' });
  },
);

test('in a matrix, too', async ({ lab }) => {
  const { a, b } = build(lab);
  const table = `
         a  b
      a  .  ✗
      b  ✓  .`;
  b.sysctl.set('net.ipv4.icmp_ratelimit', 60_000);
  b.sysctl.set('net.ipv4.icmp_ratemask', 1);
  await a.exec('ping', ['-c', '20', '-i', '0.002', '-W', '0.1', '10.0.0.2'], { reject: false });
  expect(await failureOf(expect(lab).toMatchReachability(table))).toContain(
    'a → b was not to be reached: inconclusive: b limits its own echo replies',
  );
});
