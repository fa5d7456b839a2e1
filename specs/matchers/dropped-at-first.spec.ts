import { describe, expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';

const REACHED = /^Received: +an answer after/m;

// a ── r, which lets a SYN pass only when it is repeated, as some filters against floods do ── b
describe('a filter that drops the first SYN of each connection', () => {
  async function build(lab: Lab) {
    const { a, r, b } = addRoutedHosts(lab);
    await r.exec('nft', ['add table ip t; add set ip t known { type ipv4_addr . inet_service; flags dynamic; }']);
    await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
      'tcp flags & (syn | ack) == syn ip saddr . tcp sport != @known add @known { ip saddr . tcp sport } drop',
    ]);
    return { a, r, b };
  }

  test('a negative by TCP waits until the kernel has repeated it', async ({ lab }) => {
    const { a, b } = await build(lab);
    await expect(expect(a).not.toReach(b, { by: 'tcp' })).rejects.toThrow(REACHED);
  });

  test('and passes where the repeated one is dropped, too', async ({ lab }) => {
    const { a, r, b } = await build(lab);
    await r.exec('nft', ['add rule ip t c tcp flags & (syn | ack) == syn drop']);
    await expect(a).not.toReach(b, { by: 'tcp' });
  });
});

// a ── r, which drops the first answer of each connection: it marks the connection then ── b
describe('a filter that lets an answer pass when the connection has had one before', () => {
  async function build(lab: Lab) {
    const { a, r, b } = addRoutedHosts(lab);
    await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
      'ct direction reply ct mark != 1 ct mark set 1 drop',
    ]);
    return { a, b };
  }

  test.for(['icmp', 'udp', 'tcp'] as const)('a negative by %s fails', async (by, { lab }) => {
    const { a, b } = await build(lab);
    await expect(expect(a).not.toReach(b, { by })).rejects.toThrow(REACHED);
  });

  test.for(['icmp', 'udp', 'tcp'] as const)('a positive by %s passes', async (by, { lab }) => {
    const { a, b } = await build(lab);
    await expect(a).toReach(b, { by });
  });

  test('ping has an answer, and so has a matrix', async ({ lab }) => {
    const { a } = await build(lab);
    await a.exec('ping', ['-c', '2', '-i', '0.2', '-W', '1', '10.0.1.2']);
    await expect(lab).toMatchReachability('  a b\na . ✓\nb ✓ .');
  });
});

// a ── r, which lets an echo request pass only after 300 ms without one ── b
test('a negative keeps silent for a while where a filter wants silence', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('nft', ['add table ip t; add set ip t s { type ipv4_addr; flags dynamic, timeout; }']);
  const refresh = 'update @s { ip saddr timeout 300ms }';
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
    `icmp type echo-request ip saddr @s ${refresh} drop`,
    `icmp type echo-request ${refresh}`,
  ]);
  await a.exec('ping', ['-c', '1', '10.0.1.2']);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(REACHED);
});

// a ── r, which lets one echo request a second pass ── b
test('a negative asks as long as a positive where a filter has a limit', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
    'icmp type echo-request limit rate 1/second burst 1 packets accept',
    'icmp type echo-request drop',
  ]);
  await expect(a).toReach(b);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(REACHED);
});
