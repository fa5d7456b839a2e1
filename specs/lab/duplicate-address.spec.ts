import { expect, test } from 'hairpin';
import { read } from './referee.ts';

// a eth0 ── eth0 b
test('IPv6 addresses of a lab serve at once: none is tentative, link-local ones neither', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.router('b')];
  const ends = lab.cable(a, b);
  for (const { address } of [ends.a, ends.b]) {
    const v6 = address.list().filter(({ family }) => family === 6);
    expect(v6.map(({ tentative, dadFailed, scope }) => [tentative, dadFailed, scope])).toEqual([
      [false, false, 0],
      [false, false, 253],
    ]);
  }
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
  await expect.poll(() => found()?.dadFailed, { timeout: 3000, interval: 5 }).toBe(true);
  // The next address of that interface does without again.
  ofA.address.add('fd00::8/64');
  expect(ofA.address.list()).toContainEqual(expect.objectContaining({ address: 'fd00::8', tentative: false }));
});
