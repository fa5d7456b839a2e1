import { expect, test } from 'hairpin';

// ns1 ─ m1 (source: hears only listed MAC addresses) ┐
//                                                    ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (source)                                  ┘                         └─ neighbour
test('a source child hears the listed and no other', async ({ macvlanPair }) => {
  const { ns1, m1, gateway, neighbour } = macvlanPair({ mode: 'source', macaddr: [] });
  await expect(ns1).not.toHear(gateway);
  m1.macaddr.add(gateway.interface().mac);
  await expect(ns1).toHear(gateway, { copies: 1 });
  await expect(ns1).not.toHear(neighbour);
});

test('an address deleted from the list, and a flushed list, are not heard any more', async ({ macvlanPair }) => {
  const { ns1, m1, gateway, neighbour } = macvlanPair({ mode: 'source' });
  await expect(ns1).toHear(gateway);
  m1.macaddr.delete(gateway.interface().mac);
  await expect(ns1).not.toHear(gateway);
  await expect(ns1).toHear(neighbour);
  m1.macaddr.flush();
  await expect(ns1).not.toHear(neighbour);
});

// macvlan_forward_source_one clones, macvlan_handle_frame goes on: with nodst it does not.
test('with nodst, what a source child hears gets to nobody else, not even to the parent', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [host, gateway, ns1] = [lab.namespace('host'), lab.namespace('gateway'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, sw, { a: { name: 'up0' } });
  lab.cable(gateway, sw);
  await expect(host).toHear(gateway);
  const m1 = ns1.macvlan({ parent: up0, mode: 'source', nodst: true, macaddr: [gateway.interface().mac] });
  await expect(ns1).toHear(gateway, { copies: 1 });
  await expect(host).not.toHear(gateway);
  m1.macaddr.flush();
  await expect(host).toHear(gateway);
});
