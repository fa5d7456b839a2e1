import { expect, test } from 'hairpin';

// a ── b
test('an answer of the asker itself to a group says nothing of others', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach('ff02::1');

  b.sysctl.set('net.ipv6.icmp.echo_ignore_multicast', 1);
  // The referee: a's own answer is the only one.
  const { stdout } = await a.exec('ping', ['-c', '1', '-W', '1', 'ff02::1%eth0']);
  expect(stdout).toContain(
    `bytes from ${
      a
        .interface()
        .address.list()
        .find(({ address }) => address.startsWith('fe80'))?.address
    }`,
  );
  await expect(expect(a).toReach('ff02::1')).rejects.toThrow(/^Received: +none/m);
});
