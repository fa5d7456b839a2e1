import { VLAN_SETTINGS } from '../lab/tables/vlan-settings.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { NO_MAC } from '../wire/mac-address.ts';
import { type Call, Ref } from './call.ts';
import { type Device, devicesOf, refTo } from './device.ts';
import type { Node } from './node-calls.ts';
import { deviceName, type Mapping, type Path, splitName, type Topology } from './topology.ts';

/** What has VLANs and forwarding entries: a device, or the bridge of a switch. */
export interface Forwarder {
  readonly on: Ref;
  readonly options: Mapping;
  /** Of a device. */
  readonly kind?: LinkKind | undefined;
}

/** The bridges of switches first, then the devices. */
export function forwardersOf(namespaces: readonly Node[], devices: readonly Device[]): Forwarder[] {
  return [
    ...namespaces.map(({ name, options, path }) => ({ on: new Ref(name, path), options })),
    ...devices.map((device) => ({ on: refTo(device), options: device.options, kind: device.kind })),
  ];
}

/**
 * The VLANs, then the forwarding entries of ports, bridges and vxlans. An entry of a VLAN needs its port in that VLAN, and the bridge
 * says the entry (`fdb_add_entry`, `br_mdb_add`).
 */
export function forwardingCalls(topology: Topology, forwarders: readonly Forwarder[]): Call[] {
  return [
    ...forwarders.flatMap((each) => vlanCalls(topology, each)),
    ...forwarders.flatMap((each) => [...fdbCalls(each), ...mdbCalls(each)]),
  ];
}

/** The instances of a bridge's spanning trees. A VLAN is put into one when all ports are in their VLANs. */
export function mstCalls(forwarder: Forwarder): Call[] {
  const { on } = forwarder;
  const entries = entriesOf(forwarder, 'mst');
  const added = entries.filter(({ entry }) => entry['port'] === undefined);
  const states = entries.filter(({ entry }) => entry['port'] !== undefined);
  return [
    ...added.map(({ entry, path }) => ({ on, method: 'mst.add', args: [entry], path })),
    // A state needs VLANs that have it, wherever the file says them.
    ...states.map(({ entry, path }) => {
      const port = deviceRef(on, entry['port'], [...path, 'port']);
      return { on, method: 'mst.set', args: [{ ...entry, port }], path };
    }),
  ];
}

/** The multicast settings of a bridge's VLANs. A VLAN has some when a port is in it. */
export function vlanMulticastCalls(forwarder: Forwarder): Call[] {
  return entriesOf(forwarder, 'vlanMulticast').map(({ entry, path }) => ({
    on: forwarder.on,
    method: 'vlanMulticast.set',
    args: [entry],
    path,
  }));
}

/** The VLANs of a port, or of a bridge: these alone. A new one is in the bridge's default VLAN. */
function vlanCalls(topology: Topology, forwarder: Forwarder): Call[] {
  const { on, options } = forwarder;
  if (options['vlans'] === undefined) return [];
  const method = on.isMadeThere ? 'vlan' : 'br0.vlan';
  const usual = (bridgeOf(topology, forwarder) ?? options)['vlanDefaultPvid'] ?? KERNELS_DEFAULT_VLAN;
  const vlans = entriesOf(forwarder, 'vlans');
  const isThere = usual === 0 || vlans.some(({ entry }) => entry['id'] === usual);
  return [
    ...(isThere ? [] : [{ on, method: `${method}.delete`, args: [{ id: usual }], path: [...on.path, 'vlans'] }]),
    ...vlans.flatMap(({ entry, path }) => {
      const [added, changed] = splitSettings(entry);
      const add = { on, method: `${method}.add`, args: [added], path };
      return changed ? [add, { on, method: `${method}.set`, args: [changed], path }] : [add];
    }),
  ];
}

const KERNELS_DEFAULT_VLAN = 1;

/** What a topology says of the bridge that a device is a port of; of a switch, the switch. */
function bridgeOf(topology: Topology, { on, options }: Forwarder): Mapping | undefined {
  const { namespace } = splitName(on.name);
  const own = topology.namespaces[namespace];
  if (own?.['role'] === 'switch') return own;
  const master = options['master'] === undefined ? undefined : deviceName(String(options['master']), namespace);
  return devicesOf(topology).find((each) => each.name === master)?.options;
}

const SETTINGS: readonly string[] = VLAN_SETTINGS;

/** What `vlan.add` takes of a VLAN, and what `vlan.set`. */
function splitSettings(vlan: Mapping): [added: Mapping, changed?: Mapping] {
  const [ofSet = [], ofAdd = []] = [true, false].map((wanted) =>
    Object.entries(vlan).filter(([key]) => SETTINGS.includes(key) === wanted),
  );
  // Where there is none, the call itself says what is wrong.
  if (ofSet.length === 0) return [vlan];
  return [Object.fromEntries(ofAdd), { id: vlan['id'], ...Object.fromEntries(ofSet) }];
}

function fdbCalls(forwarder: Forwarder): Call[] {
  const { on, kind } = forwarder;
  return entriesOf(forwarder, 'fdb').map(({ entry, path }): Call => {
    const ref = (option: string) => deviceRef(on, entry[option], [...path, option]);
    if (kind?.description.keepsFdb) {
      const far = entry['via'] === undefined ? entry : { ...entry, via: ref('via') };
      return { on, method: entry['mac'] === NO_MAC ? 'fdb.append' : 'fdb.add', args: [far], path };
    }
    const { mac, port: _, ...options } = entry;
    const more = Object.keys(options).length > 0 ? [options] : [];
    return { on, method: 'fdb.add', args: [mac, ref('port'), ...more], path };
  });
}

function mdbCalls(forwarder: Forwarder): Call[] {
  const { on } = forwarder;
  return entriesOf(forwarder, 'mdb').map(({ entry, path }): Call => {
    const port = deviceRef(on, entry['port'], [...path, 'port']);
    return { on, method: 'mdb.add', args: [{ ...entry, port }], path };
  });
}

/** The entries of one of its lists, each with its place in the file. */
function entriesOf({ on, options }: Forwarder, key: string): { entry: Mapping; path: Path }[] {
  const entries = (options[key] ?? []) as readonly Mapping[];
  return entries.map((entry, at) => ({ entry, path: [...on.path, key, at] }));
}

/** A device that an entry names. Without a value the call itself says what it takes. */
function deviceRef(on: Ref, value: unknown, path: Path): Ref | undefined {
  return value === undefined ? undefined : new Ref(deviceName(String(value), splitName(on.name).namespace), path);
}
