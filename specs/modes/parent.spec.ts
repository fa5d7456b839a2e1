import { expect, type MacvlanMode, test } from 'hairpin';
import { expectedOfPair } from '../../lib/model/macvlan-pair.ts';
import { type Observation, observePair } from '../../lib/probes/observe-pair.ts';

// ns1 ─ m1 (bridge) ┐
//                   ├─ up0 (host) ── p0 (sw) ── gateway
// ns2 ─ m2 (bridge) ┘

// macvlan_device_event: the parent's carrier is the children's, bridge siblings are cut off too.
test('a parent that is down takes the carrier of its children, and nothing can be sent', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, uplink, m1 } = macvlanPair({ mode: 'bridge' });
  await expect(ns1).toReach(ns2);
  uplink.set({ up: false });
  expect(m1.state()).toMatchObject({ up: true, carrier: false });
  await expect(ns1).not.toReach(ns2, { because: 'unsent' });
  await expect(ns1).not.toReach(gateway, { because: 'unsent' });
  uplink.set({ up: true });
  await expect(ns1).toReach(ns2);
  await expect(ns1).toReach(gateway);
});

// Questions over the parent's IPv6 address fall away when it is down: addrconf_ifdown takes the address with it.
test.for<MacvlanMode>(['bridge', 'private', 'vepa', 'source', 'passthru'])(
  'mode %s: with the parent down every question has the answer of the model',
  async (mode, { macvlanPair }) => {
    const pair = macvlanPair({ mode, hairpin: true });
    const modes = { ns1: mode, ns2: pair.m2 ? mode : null, hairpin: true };
    const up = await observePair(pair);
    pair.uplink.set({ up: false });
    const down = await observePair(pair);
    const byModel = (parentUp: boolean, asked: Observation[]) =>
      asked.map((each) => ({ ...each, copies: expectedOfPair(modes, each, parentUp) }));
    expect(up).toEqual(byModel(true, up));
    expect(down).toEqual(byModel(false, down));
  },
);

test('a pulled cable cuts bridge siblings off from each other, too', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'bridge' });
  switchPort.set({ up: false });
  await expect(ns1).not.toReach(ns2, { because: 'unsent' });
  switchPort.set({ up: true });
  await expect(ns1).toReach(ns2);
});

// macvlan_stop takes a child out of the parent's hash: nothing is delivered to it.
test('a child that is down gets nothing, and its sibling sends all the same', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, m2 } = macvlanPair({ mode: 'bridge' });
  m2?.set({ up: false });
  await expect(ns1).not.toReach(ns2, { because: 'lost' });
  await expect(ns1).toReach(gateway);
});

// macvlan_broadcast_enqueue: a queue of length 0 takes no broadcast from outside; unicast does not go through it.
test('with bcqueuelen 0 no broadcast comes in by the parent, unicast does', async ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'bridge', bcqueuelen: 0 });
  await expect(ns1).toHear(gateway, { frame: 'unicast' });
  await expect(ns1).not.toHear(gateway, { frame: 'broadcast' });
});
