import { expect, test } from 'hairpin';
import { read } from './referee.ts';

// a eth0 ── eth0 b
test('IPv6 addresses of a lab serve at once, and link-local ones as soon as a worker of the kernel has seen them', async ({
  lab,
}) => {
  const [a, b] = [lab.namespace('a'), lab.router('b')];
  const ends = lab.cable(a, b);
  const found = () =>
    [ends.a, ends.b].flatMap(({ address }) =>
      address
        .list()
        .filter(({ family }) => family === 6)
        .map(({ tentative, dadFailed, scope }) => ({ tentative, dadFailed, scope })),
    );
  const usable = (scope: number) => ({ tentative: false, dadFailed: false, scope });
  expect(found().filter(({ scope }) => scope === 0)).toEqual([usable(0), usable(0)]);
  // The kernel's own is tentative until then, even without a detection (addrconf_dad_work).
  expect(a.sysctl.get('net.ipv6.conf.eth0.accept_dad')).toBe('0');
  await expect.poll(found).toEqual([usable(0), usable(253), usable(0), usable(253)]);
  const shown = await read<{ addr_info: object[] }>(a, 'ip', ['-j', '-6', 'address', 'show', 'dev', 'eth0']);
  for (const info of shown[0]?.addr_info ?? []) expect(info).not.toHaveProperty('tentative');
});

// a eth0 ── eth0 b: b has fd00::7, and a asks for it too
test('with dad: true an address is tentative first, and fails where a neighbour has it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: ofA, b: ofB } = lab.cable(a, b);
  // Else the first solicitation waits a random time of up to a second (RFC 4862 section 5.4.2).
  a.sysctl.set('net.ipv6.conf.eth0.router_solicitation_delay', 0);
  ofB.address.add('fd00::7/64');
  await lab.settled();
  ofA.address.add('fd00::7/64', { dad: true });
  const found = () => ofA.address.list().find(({ address }) => address === 'fd00::7');
  expect(found()).toMatchObject({ tentative: true });
  await expect.poll(() => found()?.dadFailed, { interval: 5 }).toBe(true);
  // The next address of that interface does without again.
  ofA.address.add('fd00::8/64');
  expect(ofA.address.list()).toContainEqual(expect.objectContaining({ address: 'fd00::8', tentative: false }));
});
