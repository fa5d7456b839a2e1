import { readFileSync } from 'node:fs';
import { createLab, describe, expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

/** A counter of the kernel's for IPv6 (`snmp6_seq_show`). */
function counter(namespace: Namespace, name: string): number {
  const table = namespace.run(() => readFileSync('/proc/thread-self/net/snmp6', 'utf8'));
  return Number(new RegExp(`^${name}\\s+(\\d+)$`, 'm').exec(table)?.[1]);
}

/** The flags of an address, by the referee. */
async function flagsOf(namespace: Namespace, address: string): Promise<string[]> {
  const { stdout } = await namespace.exec('ip', ['-j', '-6', 'address', 'show', 'to', address]);
  const [link] = JSON.parse(stdout) as { addr_info: Record<string, unknown>[] }[];
  return ['tentative', 'dadfailed', 'nodad'].filter((flag) => link?.addr_info.some((each) => each[flag] === true));
}

const hostsOf = (lab: Lab, ...names: string[]) => names.map((name) => lab.namespace(name)) as [Namespace, Namespace];

describe('with the defaults of the kernel', () => {
  test.override({ labOptions: { defaults: 'kernel' } });

  // a ── b
  test('a question waits until an address was looked for duplicates of', async ({ lab }) => {
    const [a, b] = hostsOf(lab, 'a', 'b');
    const { b: device } = lab.cable(a, b);
    // Read at once: in a second or two it will be over.
    expect(device.address.list().find(({ address }) => address === 'fd00::2')).toMatchObject({ tentative: true });
    await expect(a).toReach(b, { family: 6, within: 100 });
    expect(await flagsOf(b, 'fd00::2')).toEqual([]);

    // The address that comes back with the link is looked for anew.
    device.set({ up: false });
    device.set({ up: true });
    await lab.settled();
    expect(device.address.list().filter(({ tentative }) => tentative)).toEqual([]);
  });

  // a ── sw ── b, both fd00::1; c
  test('the second holder of an address finds the first', async ({ lab }) => {
    const [a, b] = hostsOf(lab, 'a', 'b');
    const [c, sw] = [lab.namespace('c'), lab.switch('sw')];
    lab.cable(a, sw, { a: { address: 'fd00::1/64' } });
    lab.cable(c, sw, { a: { address: 'fd00::3/64' } });
    await lab.settled();
    lab.cable(b, sw, { a: { address: 'fd00::1/64' } });
    await lab.settled();
    expect(await flagsOf(b, 'fd00::1')).toEqual(['tentative', 'dadfailed']);
    expect(await flagsOf(a, 'fd00::1')).toEqual([]);
    // The first goes on answering, the second cannot ask from it.
    await expect(c).toReach(a);
    expect(await failureOf(expect(b).toReach(c, { from: 'fd00::1', within: 50 }))).toContain(
      'fd00::1 of b is a duplicate: another node has it',
    );
  });

  // r ── late
  test('a host that comes late solicits a router', async ({ lab }) => {
    const [r, late] = [lab.router('r'), lab.namespace('late')];
    lab.cable(r, late);
    await expect.poll(() => counter(r, 'Icmp6InRouterSolicits')).toBeGreaterThan(0);
  });

  // a ── sw ── b, each behind an isolated port
  test('negatives hold, and positives come as soon as they can', async ({ lab }) => {
    const [a, b] = hostsOf(lab, 'a', 'b');
    const sw = lab.switch('sw');
    const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
    for (const port of ports) port.set({ isolated: true });
    await expect(a).not.toReach(b);
    await expect(a).not.toReach(b, { family: 6 });
    for (const port of ports) port.set({ isolated: false });
    await expect(a).toReach(b);
    await expect(a).toReach(b, { family: 6 });
  });

  // a ── r ── b: a takes b to be on its own link, and r answers for b
  test('a negative is held for as long as a proxy may take', async ({ lab }) => {
    const [a, b] = hostsOf(lab, 'a', 'b');
    const r = lab.router('r');
    lab.cable(a, r, { a: { address: '10.5.0.1/16' }, b: { name: 'near', address: '10.5.0.254/24' } });
    lab.cable(b, r, { a: { address: '10.5.1.2/24' }, b: { address: '10.5.1.254/24' } });
    b.route.add({ to: '10.5.0.0/24', via: '10.5.1.254' });
    r.sysctl.set('net.ipv4.conf.near.proxy_arp', 1);
    // Up to 0.8 s by chance (pneigh_enqueue), and never longer.
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/an answer after/);
  });
});

// a ── b
test('a lab of its own has its own defaults', async ({ lab }) => {
  const [a, b] = hostsOf(lab, 'a', 'b');
  lab.cable(a, b);
  expect(lab.defaults).toBe('lab');
  expect(await flagsOf(b, 'fd00::2')).toEqual(['nodad']);
  await using other = createLab({ defaults: 'kernel' });
  const host = other.namespace('host');
  expect([
    host.sysctl.get('net.ipv6.conf.default.accept_dad'),
    a.sysctl.get('net.ipv6.conf.default.accept_dad'),
  ]).toEqual(['1', '0']);
});

// a ── b, in a lab with the defaults of the kernel   c ── d
test('dad: false does without in a lab with the defaults of the kernel, dad: true looks in any', async ({ lab }) => {
  await using kernels = createLab({ defaults: 'kernel' });
  const [a, b] = hostsOf(kernels, 'a', 'b');
  const { a: eth0 } = kernels.cable(a, b);
  eth0.address.add('fd77::1/64', { dad: false });
  expect(await flagsOf(a, 'fd77::1')).toEqual(['nodad']);
  const [c, d] = hostsOf(lab, 'c', 'd');
  const { a: end } = lab.cable(c, d);
  // The referee has 255 seconds.
  c.sysctl.set('net/ipv6/conf/eth0/dad_transmits', 255);
  c.sysctl.set('net/ipv6/neigh/eth0/retrans_time_ms', 1000);
  end.address.add('fd77::1/64', { dad: true });
  expect(await flagsOf(c, 'fd77::1')).toEqual(['tentative']);
});

test('other defaults there are none', () => {
  const usage = (defaults: unknown) => () => createLab({ defaults } as never);
  expect(usage('linux')).toThrow(UsageError);
  expect(usage('linux')).toThrow("createLab: defaults must be one of lab, kernel: received 'linux'");
});
