import { expect, test } from 'hairpin';
import { failureOf } from '../failure-of.ts';

// a ── p0 sw
test('VLANs of ports are as bridge vlan shows them', async ({ lab, skip }) => {
  const [a, sw] = [lab.namespace('a'), lab.switch('sw')];
  const { b: port } = lab.cable(a, sw);
  const added = await sw.exec('bridge', ['vlan', 'add', 'dev', port.name, 'vid', '10'], { reject: false });
  skip(added.failed, 'needs CONFIG_BRIDGE_VLAN_FILTERING');
  await expect(port).toHaveVlan(10);
  await expect(sw).toHaveVlan({ port, id: 10, pvid: false, untagged: false });
  await expect(port).not.toHaveVlan(20, { hold: 0 });
  const changed = expect(port).toHaveVlan({ id: 20, pvid: true, untagged: true }, { within: 20_000 });
  await sw.exec('bridge', ['vlan', 'add', 'dev', port.name, 'vid', '20', 'pvid', 'untagged']);
  await changed;
  await sw.exec('bridge', ['vlan', 'add', 'dev', 'br0', 'vid', '30', 'self']);
  await expect(sw).toHaveVlan({ port: 'br0', id: 30 });
});

// a ── p0 sw
test('a VLAN that cannot be is refused', async ({ lab }) => {
  const { b: port } = lab.cable(lab.namespace('a'), lab.switch('sw'));
  expect(await failureOf(expect(port).not.toHaveVlan({ id: '10' as never }))).toBe(
    "expect(sw/p0).not.toHaveVlan({ id: '10' }): id must be a whole number from 1 to 4094: received '10'",
  );
});
