import { diagnosisOf, expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { failureOf } from './failure-of.ts';

const FAMILIES = [4, 6] as const;
const addressOf = (host: number, family: 4 | 6 = 4) => (family === 4 ? `10.255.0.${host}` : `fd00:255::${host}`);

// a (.1 on lo) ── eth0 r (.3 on lo) eth1 ── b (.2 on lo), by links with link-local addresses alone; the routes lead by these
async function build(lab: Lab, device = 'lo') {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const none = { a: { address: false }, b: { address: false } } as const;
  const [near, far] = [lab.cable(a, r, none), lab.cable(r, b, none)];
  for (const [ns, host] of [
    [a, 1],
    [b, 2],
    [r, 3],
  ] as const) {
    if (device !== 'lo') ns.link('dummy', { name: device, address: false });
    const lines = [`${addressOf(host)}/32`, `${addressOf(host, 6)}/128`].map(
      (own) => `address add ${own} dev ${device}\n`,
    );
    await ns.exec('ip', ['-batch', '-'], { input: lines.join('') });
  }
  const lead = (from: Namespace, dev: Interface, other: Interface, ...hosts: number[]) => {
    const via = other.address.list()[0]?.address as string;
    for (const to of hosts.flatMap((host) => FAMILIES.map((family) => addressOf(host, family))))
      from.route.add({ to, via, dev });
  };
  lead(a, near.a, near.b, 2, 3);
  lead(r, near.b, near.a, 1);
  lead(r, far.a, far.b, 2);
  lead(b, far.b, far.a, 1, 3);
  return { a, r, b, near, far };
}

async function ping(from: Namespace, to: string): Promise<boolean> {
  const { exitCode } = await from.exec('ping', ['-c', '1', '-W', '1', to], { reject: false });
  return exitCode === 0;
}

async function askAll(lab: Lab, family: 4 | 6, device?: string) {
  const { a, r, b, near, far } = await build(lab, device);
  const [own, target] = [addressOf(1, family), addressOf(2, family)];
  for (const by of ['icmp', 'tcp', 'udp'] as const)
    await expect(a).toReach(b, { by, family, through: [near.b, far.b] });
  expect(await ping(a, target)).toBe(true);
  await expect(a).toReach(target, { by: 'tcp' });
  await expect(a).toReach(b, { family, from: own });
  await expect(a).toReach(b, { family, from: near.a });
  await expect(r).toReach(a, { family, through: near.a });
  const matrix = (far: '✓' | '✗') => `
       a  r  b
    a  .  ✓  ${far}
    r  ✓  .  ✓
    b  ${far}  ✓  .`;
  await expect(lab).toMatchReachability(matrix('✓'), { family });
  r.sysctl.set(family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding', 0);
  expect(await ping(a, target)).toBe(false);
  await expect(a).not.toReach(b, { family, droppedBy: 'router.forwarding-off', at: r });
  await expect(lab).toMatchReachability(matrix('✗'), { family });
  b.route.delete({ to: own });
  expect(await ping(b, own)).toBe(false);
  await expect(b).not.toReach(a, { family, droppedBy: 'route.none', at: b });
}

test.for(FAMILIES)('hosts with their addresses on lo alone, over IPv%d', async (family, { lab }) => {
  await askAll(lab, family);
});

describeNeeding(['dummy'], () => {
  test.for(FAMILIES)('the same on a dummy, over IPv%d', async (family, { lab }) => {
    await askAll(lab, family, 'dummy9');
  });
});

test('a failure names the address that the kernel sends from', async ({ lab }) => {
  const { a, b } = await build(lab);
  const { stdout } = await a.exec('ip', ['-j', 'route', 'get', addressOf(2)]);
  expect(JSON.parse(stdout)).toMatchObject([{ prefsrc: addressOf(1), dev: 'eth0' }]);
  expect(await failureOf(expect(a).not.toReach(b))).toContain(`From:      a ${addressOf(1)} (eth0, veth to r/eth0)`);
});

test('an address of a link is asked for first', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await b.exec('ip', ['address', 'add', '10.255.0.2/32', 'dev', 'lo']);
  expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^To: +b 10\.0\.0\.2, /m);
});

test('a question of a link needs an address there', async ({ lab }) => {
  const { a, b } = await build(lab);
  expect(await failureOf(expect(a).toReach(b, { by: 'arp' }))).toBe(
    "expect(a).toReach(b, { by: 'arp' }): b has no IPv4 address to ask for (10.255.0.2 is on none of its links); " +
      "give it one: b.interface('eth0').address.add('10.0.1.1/24')",
  );
  expect(await failureOf(expect(a).toReach('10.255.0.3', { by: 'arp' }))).toContain(
    'a has no IPv4 address to ask from (10.255.0.1 is on none of its links)',
  );
  expect(await failureOf(expect(b.interface()).toHear(a))).toContain('needs an IPv4 address at both ends');
});

// The kernel of a says host unreachable to itself, from the address of its loopback (ip_error, arp_error_report).
test('an error that a host sends to itself does not count as a refusal of another host', async ({ lab }) => {
  const { a, near } = await build(lab);
  a.route.add({ to: '10.255.0.9', dev: near.a });
  const error = await expect(a)
    .toReach('10.255.0.9')
    .catch((thrown: unknown) => thrown);
  expect(diagnosisOf(error)).toMatchObject({ outcome: 'lost', of: 'probe' });
});

// c ── eth1 (a) eth0 ── r ── b; eth1 of a is down: that is not why it has no route
test('a link that is down is the reason only if no other is up', async ({ lab }) => {
  const { a, b, near } = await build(lab);
  const { a: other } = lab.cable(a, lab.namespace('c'), { a: { address: false }, b: { address: false } });
  const reason = async () =>
    diagnosisOf(
      await expect(a)
        .toReach(b)
        .catch((thrown: unknown) => thrown),
    )?.code;
  near.a.set({ up: false });
  expect(await reason()).toBe('route.none');
  other.set({ up: false });
  expect(await reason()).toBe('link.down');
});
