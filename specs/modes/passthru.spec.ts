import { expect, test } from 'hairpin';

// ns1 ─ m1 (passthru) ── up0 (host) ── p0 (sw) ─┬─ gateway
//                                               └─ neighbour

// macvlan_handle_frame gives a passthru child every unicast, but passes broadcast on as well (RX_HANDLER_PASS).
test('the child takes all unicast away from its parent; broadcast both hear', async ({ macvlanPair }) => {
  const { ns1, host, gateway } = macvlanPair({ mode: 'passthru' });
  await expect(ns1).toHear(gateway, { frame: 'unicast', copies: 1 });
  await expect(host).not.toHear(gateway, { frame: 'unicast' });
  await expect(ns1).toHear(gateway, { frame: 'broadcast', copies: 1 });
  await expect(host).toHear(gateway, { frame: 'broadcast', copies: 1 });
});

test('with nopromisc the parent is left as it was, and unicast still gets to the child', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [host, gateway, ns1] = [lab.namespace('host'), lab.namespace('gateway'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, sw, { a: { name: 'up0', address: false } });
  lab.cable(gateway, sw);
  ns1.macvlan({ parent: up0, mode: 'passthru', nopromisc: true });
  expect(up0.state().promiscuity).toBe(0);
  await expect(ns1).toReach(gateway);
});
