import type { InterfaceSnapshot, LabSnapshot, NamespaceSnapshot } from '../../lib/report/lab-snapshot.ts';

/** A snapshot without a kernel: namespaces by name, then cables between devices, as in `a/eth0`. */
export class SnapshotBuilder {
  readonly snapshot: LabSnapshot = { namespaces: [] };

  namespace(name: string, role: NamespaceSnapshot['role'] = 'host'): this {
    const nothing = { interfaces: [], routes: [], neighbours: [], fdb: [], sysctls: {}, nftables: '' };
    this.snapshot.namespaces.push({ name, role, ...nothing });
    return this;
  }

  device(key: string, fields: Partial<InterfaceSnapshot> = {}): this {
    const [namespace, name = ''] = key.split('/');
    const { interfaces } = this.snapshot.namespaces.find((each) => each.name === namespace) as NamespaceSnapshot;
    const state = { mtu: 1500, up: true, carrier: true, promiscuous: false, addresses: [] };
    const index = interfaces.length + 2;
    interfaces.push({ name, index, kind: 'veth', mac: `02:00:00:00:00:0${index % 10}`, ...state, ...fields });
    return this;
  }

  cable(one: string, other: string, fields: Partial<InterfaceSnapshot> = {}): this {
    return this.device(one, { ...fields, peer: other }).device(other, { peer: one });
  }

  macvlan(key: string, parent: string, mode = 'vepa'): this {
    const macvlan = { mode, macaddr: [], nopromisc: false, nodst: false };
    return this.device(key, { kind: 'macvlan', parent, macvlan, addresses: ['10.0.0.101/24', 'fd00::65/64'] });
  }
}

/** A chain of the other kinds: a macvtap and an ipvlan on VLANs in one another on a cable, and a dummy. */
export function linksSnapshot(): LabSnapshot {
  return new SnapshotBuilder()
    .namespace('a')
    .namespace('b')
    .namespace('vm')
    .device('vm/vm0', {
      ...{ kind: 'macvtap', parent: 'a/eth0.100.10', index: 2 },
      macvlan: { mode: 'bridge', macaddr: [], nopromisc: false, nodst: false },
    })
    .device('vm/i0', { kind: 'ipvlan', parent: 'a/eth0.20', ipvlan: { mode: 'l2', flag: 'private' }, index: 3 })
    .device('vm/d0', { kind: 'dummy', index: 9 })
    .device('a/eth0.100.10', { kind: 'vlan', parent: 'a/eth0.100', vlan: { protocol: '802.1Q', id: 10 }, index: 4 })
    .device('a/eth0.100', { kind: 'vlan', parent: 'a/eth0', vlan: { protocol: '802.1ad', id: 100 }, index: 5 })
    .device('a/eth0.20', { kind: 'vlan', parent: 'a/eth0', vlan: { protocol: '802.1Q', id: 20 }, index: 6 })
    .device('a/eth0', { peer: 'b/eth0', index: 7 })
    .device('b/eth0', { peer: 'a/eth0', index: 8 })
    .device('b/gone0', { kind: 'ipvtap', ipvlan: { mode: 'l3', flag: 'bridge' }, index: 10 }).snapshot;
}

/** `macvlanPair`, as `takeSnapshot` has it. */
export function pairSnapshot(): LabSnapshot {
  return new SnapshotBuilder()
    .namespace('ns1')
    .namespace('ns2')
    .namespace('host')
    .namespace('gateway')
    .namespace('neighbour')
    .namespace('sw', 'switch')
    .cable('host/up0', 'sw/p0', { addresses: ['10.0.0.18/24', 'fd00::12/64'] })
    .cable('gateway/eth0', 'sw/p1', { addresses: ['10.0.0.1/24'] })
    .cable('neighbour/eth0', 'sw/p2', { addresses: ['10.0.0.10/24'] })
    .macvlan('ns1/m1', 'host/up0')
    .macvlan('ns2/m2', 'host/up0').snapshot;
}
