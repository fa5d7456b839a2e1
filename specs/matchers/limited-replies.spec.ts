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

// a ── b
test('-1 is the mask of all types, as the kernel prints it', async ({ lab }) => {
  const { a, b } = build(lab);
  b.sysctl.set('net.ipv4.icmp_ratelimit', 60_000);
  b.sysctl.set('net.ipv4.icmp_ratemask', -1);
  await a.exec('ping', ['-c', '20', '-i', '0.002', '-W', '0.1', '10.0.0.2'], { reject: false });
  expect(await failureOf(expect(a).not.toReach(b))).toContain(
    'inconclusive: none (b limits its own echo replies (net.ipv4.icmp_ratemask is -1); ',
  );
});

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

// a ── p0 (sw) p1 ── b: both ports are isolated, so no probe comes to b
test.for(LIMITS)('a limit of a target that got no probe does not matter, over IPv$family', async (limits, { lab }) => {
  const { family, mask, value, limit } = limits;
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw, { a: { address: ['10.0.0.1/24', 'fd00:9::1/64'] }, b: { isolated: true } });
  lab.cable(b, sw, { a: { address: ['10.0.0.2/24', 'fd00:9::2/64'] }, b: { isolated: true } });
  b.sysctl.set(limit, 60_000);
  b.sysctl.set(mask, value);
  await expect(a).not.toReach(b, { family });
  await expect(lab).toMatchReachability('a b\na . ✗\nb ✗ .', { family });
});

test.for(LIMITS)('a reply that the limit kept back has that cause, over IPv$family', async (limits, { lab }) => {
  const { family, mask, value, limit, to } = limits;
  const { a, b } = build(lab);
  b.sysctl.set(limit, 60_000);
  b.sysctl.set(mask, value);
  await a.exec('ping', ['-c', '20', '-i', '0.002', '-W', '0.1', to], { reject: false });
  await expect(a).not.toReach(b, { family, droppedBy: 'host.echo-limited', at: b });
  expect(await failureOf(expect(a).toReach(b, { family, within: 100 }))).toContain(
    ` → b/eth0 ✗ b limits its echo replies: ${limit} is 60000, and ${mask} includes them\n`,
  );
});

test('the limit for all hosts together is told apart from the limit for one host', async ({ lab, skip }) => {
  const { a, b } = build(lab);
  const { stdout } = await b.exec('ls', ['/proc/sys/net/ipv4']);
  skip(!stdout.includes('icmp_msgs_per_sec'), 'this kernel has one such limit for all network namespaces');
  b.sysctl.set('net.ipv4.icmp_ratelimit', 0);
  b.sysctl.set('net.ipv4.icmp_ratemask', 1);
  // Set before the first message: later the host may still have some messages to spare (icmp_global_allow).
  b.sysctl.set('net.ipv4.icmp_msgs_per_sec', 0);
  b.sysctl.set('net.ipv4.icmp_msgs_burst', 0);
  expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toContain(
    ' ✗ b limits its echo replies: net.ipv4.icmp_msgs_per_sec is 0, and net.ipv4.icmp_ratemask includes them\n',
  );
});
