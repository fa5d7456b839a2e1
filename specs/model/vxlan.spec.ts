import { expect, test } from 'vitest';
import { predict } from '../../lib/model/predict.ts';
import { planNetwork } from './plan-network.ts';

const [A, B, OTHER] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'];
const [ALL, BROADCAST, GROUP] = ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '33:33:ff:00:00:01'];

/** vx (a), whose forwarding database has entries for these addresses; one that a bridge has for it as a port, and one of another vxlan. */
function send(destination: string, known: readonly string[], data: object = {}) {
  const planned = planNetwork({ 'a/vx': { kind: 'vxlan', mac: A, data: { id: 7, ...data } } });
  const entry = { device: 1, vlan: undefined, permanent: true, local: false, sticky: false, locked: false };
  const fdb = [
    ...known.map((mac) => ({ ...entry, mac, bridge: undefined, to: '192.0.2.2' })),
    { ...entry, mac: B, bridge: 99, to: undefined },
    { ...entry, mac: ALL, device: 2, bridge: undefined, to: '192.0.2.3' },
  ];
  const state = { namespaces: planned.namespaces.map((host) => ({ ...host, fdb })) };
  const frame = { source: A, destination, tags: [], etherType: 0x0800, length: 46 };
  const { drops, unknown } = predict(state, frame, { namespace: 'a', index: 1, direction: 'out' });
  return unknown ?? drops.map(({ cause }) => cause);
}

const lost = (mac: string) => [{ code: 'vxlan.no-remote', facts: { device: 'a/vx', mac } }];
const SENT = 'the model does not know what a/vx leads to';

test('a vxlan drops what its forwarding database has no entry for (vxlan_xmit)', () => {
  expect(send(B, [])).toEqual(lost(B));
  expect(send(B, [OTHER])).toEqual(lost(B));
  expect(send(BROADCAST, [B])).toEqual(lost(BROADCAST));
});

test('an entry for the address, or the one for all others, has another end', () => {
  expect(send(B, [B])).toBe(SENT);
  expect(send(B, [ALL])).toBe(SENT);
  expect(send(BROADCAST, [ALL])).toBe(SENT);
});

test('what else may have another end is not known', () => {
  expect(send(B, [], { external: true })).toBe(SENT);
  // The group database may have it (vxlan_mdb_entry_skb_get).
  expect(send(GROUP, [])).toBe(SENT);
});

test('a proxy answers a question itself, or drops it (arp_reduce)', () => {
  const ask = (neighbours: readonly object[], operation = 'request') => {
    const planned = planNetwork({ 'a/vx': { kind: 'vxlan', mac: A, data: { id: 7, proxy: true } } });
    const fdb = [{ mac: ALL, device: 1, bridge: undefined, to: '192.0.2.2' }];
    const namespaces = planned.namespaces.map((host) => ({ ...host, fdb, neighbours }));
    const state = { namespaces } as unknown as typeof planned;
    const arp = { operation, senderMac: A, senderIp: '10.0.0.1', targetMac: ALL, targetIp: '10.0.0.2' } as const;
    const frame = { source: A, destination: BROADCAST, tags: [], etherType: 0x0806, length: 46, arp };
    const { drops, unknown } = predict(state, frame as never, { namespace: 'a', index: 1, direction: 'out' });
    return unknown ?? drops.map(({ cause }) => cause);
  };
  const entry = { to: '10.0.0.2', device: 1, lladdr: B };
  const dropped = [{ code: 'vxlan.proxy', facts: { device: 'a/vx', address: '10.0.0.2', message: 'question' } }];
  expect(ask([])).toEqual(dropped);
  expect(ask([{ ...entry, state: 'STALE' }])).toEqual(dropped);
  expect(ask([{ ...entry, state: 'PERMANENT', device: 2 }])).toEqual(dropped);
  expect(ask([{ ...entry, state: 'PERMANENT' }])).toBe(SENT);
  expect(ask([entry], 'reply')).toMatchObject([{ facts: { address: '10.0.0.1', message: 'answer' } }]);
});
