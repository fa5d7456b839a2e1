import { expect, type Lab, type Namespace, test } from 'hairpin';
import { ipLink } from './referee.ts';

const [A, B, C] = ['02:00:00:00:bb:01', '02:00:00:00:bb:02', '02:00:00:00:bb:03'] as const;

// ns1 ─ m1 (source) ── up0 (host) ── eth0 (far)
function parent(lab: Lab) {
  const { a: up0 } = lab.cable(lab.namespace('host'), lab.namespace('far'), { a: { name: 'up0' } });
  return { ns1: lab.namespace('ns1'), up0 };
}

async function listed(ns1: Namespace): Promise<unknown> {
  const { info_data } = (await ipLink(ns1, 'm1')).linkinfo;
  const macs = (info_data?.['macaddr_data'] ?? []) as string[];
  expect(info_data?.['macaddr_count']).toBe(macs.length);
  return macs.sort();
}

test('the list of a source macvlan is added to, deleted from, replaced and emptied live', async ({ lab }) => {
  const { ns1, up0 } = parent(lab);
  const { macaddr } = ns1.macvlan({ parent: up0, mode: 'source', name: 'm1', macaddr: [A] });
  expect(await listed(ns1)).toEqual([A]);
  macaddr.add(B);
  macaddr.add(B);
  expect(await listed(ns1)).toEqual([A, B]);
  macaddr.delete(A);
  macaddr.delete(A);
  expect(await listed(ns1)).toEqual([B]);
  macaddr.set([A, C]);
  expect(await listed(ns1)).toEqual([A, C]);
  expect(macaddr.list().sort()).toEqual([A, C]);
  macaddr.flush();
  expect(await listed(ns1)).toEqual([]);
  expect(macaddr.list()).toEqual([]);
});

test('a macvlan that leaves mode source and comes back hears nobody', async ({ lab }) => {
  const { ns1, up0 } = parent(lab);
  const m1 = ns1.macvlan({ parent: up0, mode: 'source', name: 'm1', macaddr: [A, B] });
  m1.set({ mode: 'bridge' }).set({ mode: 'source' });
  expect(await listed(ns1)).toEqual([]);
});

test('nodst is what was asked for at creation, and stays through live changes', async ({ lab }) => {
  const { ns1, up0 } = parent(lab);
  const m1 = ns1.macvlan({ parent: up0, mode: 'source', name: 'm1', nodst: true });
  ns1.macvlan({ parent: up0, mode: 'source', name: 'm2' });
  m1.set({ bcqueuelen: 9, mtu: 1400 });
  expect((await ipLink(ns1, 'm1')).linkinfo.info_data).toMatchObject({ nodst: true, bcqueuelen: 9 });
  expect((await ipLink(ns1, 'm2')).linkinfo.info_data).not.toHaveProperty('nodst');
});

// At first: ns1 ─ m1 (source) ── up0 (host) ── eth0 (far)
// The list is more than netlink's 16 bits of an attribute's length can say; iproute2 reads no such list.
test('a list of thousands is read whole, and so is the rest of the device', ({ lab }) => {
  const { ns1, up0 } = parent(lab);
  const macs = Array.from({ length: 6000 }, (_, number) => `02:00:00:00:${hexByte(number >> 8)}:${hexByte(number)}`);
  const m1 = ns1.macvlan({ parent: up0, mode: 'source', name: 'm1', mtu: 1400, macaddr: macs.slice(0, 5000) });
  for (const mac of macs.slice(5000)) m1.macaddr.add(mac);
  expect(m1.macaddr.list().sort()).toEqual(macs);
  expect(m1.mode).toBe('source');
  expect(m1.state()).toMatchObject({ name: 'm1', mtu: 1400, kind: 'macvlan', up: true });
  // A change waits for the carrier, which is read without the list.
  m1.set({ up: false }).set({ up: true });
  expect(m1.state()).toMatchObject({ up: true, carrier: true, operState: 'UP' });
});

function hexByte(number: number): string {
  return (number & 255).toString(16).padStart(2, '0');
}
