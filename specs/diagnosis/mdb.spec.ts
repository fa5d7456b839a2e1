import { diagnosisOf, expect, test } from 'hairpin';

// a ── eth0 ┐
//           ├ lan (r), which snoops and asks for members, and hears no answer
// b ── eth1 ┘
test('a group that nobody is known to have joined: ND does not come through', async ({ lab }) => {
  const [r, a, b] = [lab.namespace('r'), lab.namespace('a'), lab.namespace('b')];
  const ports = [a, b].map((host, at) => {
    const address = `fd77::${at + 1}/64`;
    return lab.cable(host, r, { a: { address }, b: { address: false } }).b;
  });
  const [p0, p1] = ports;
  if (!p0 || !p1) throw new Error('there are two ports');
  // Reports of members are dropped before the bridge looks at them.
  const reports = 'icmpv6 type { mld-listener-report, mld2-listener-report }';
  await r.exec('nft', ['add table bridge t; add chain bridge t c { type filter hook prerouting priority 0; }']);
  await r.exec('nft', [`add rule bridge t c ${reports} drop`]);
  const quick = { mcastQueryResponseInterval: 0.1, mcastStartupQueryInterval: 1, mcastQueryInterval: 1 };
  const lan = r.bridge({ name: 'lan', address: 'fd77::fe/64', mcastSnooping: true, ...quick, ports });
  await expect(a).toReach('fd77::2', { through: p0 });
  await lab.settled();
  lan.set({ mcastQuerier: true });
  // It counts once its first question could be answered (`delay_time`).
  const cause = async () => {
    try {
      await expect(a).toReach('fd77::2', { within: 100 });
      return 'answered';
    } catch (error) {
      return diagnosisOf(error);
    }
  };
  await expect.poll(cause, { timeout: 120_000 }).toMatchObject({
    code: 'bridge.no-mdb-entry',
    facts: { port: `r/${p1.name}`, group: 'ff02::1:ff00:2' },
    lastSeen: 'r/eth0',
  });
  await expect(a).not.toReach('fd77::2', { droppedBy: 'bridge.no-mdb-entry', at: p1 });
  lan.mdb.add({ group: 'ff02::1:ff00:2', port: p1 });
  await expect(a).toReach('fd77::2');
});
