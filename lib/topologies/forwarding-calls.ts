import { VLAN_SETTINGS } from '../lab/vlan-settings.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { NO_MAC } from '../wire/mac-address.ts';
import { type Call, Ref } from './call.ts';
import { type Device, devicesOf, refTo } from './device.ts';
import type { Node } from './node-calls.ts';
import { deviceName, type Said, splitName, type Topology } from './topology.ts';

/** The VLANs and forwarding entries of the bridge that a switch is. */
export function switchForwardingCalls({ name, said, path }: Node): Call[] {
  const bridge = { on: new Ref(name, path), said };
  return [...vlanCalls(bridge, defaultVlan(said)), ...entryCalls(bridge)];
}

/** The VLANs and forwarding entries of a device: of a port, a bridge, a vxlan. */
export function deviceForwardingCalls(topology: Topology, device: Device): Call[] {
  const { said, kind } = device;
  const own = { on: refTo(device), said, kind };
  return [...vlanCalls(own, defaultVlan(bridgeOf(topology, device) ?? said)), ...entryCalls(own)];
}

/** What has VLANs and forwarding entries: a device, or the bridge of a switch. */
interface Forwarder {
  readonly on: Ref;
  readonly said: Said;
  /** Of a device. */
  readonly kind?: LinkKind | undefined;
}

/** The VLANs of a port, or of a bridge: these alone. A new one is in the bridge's default VLAN. */
function vlanCalls({ on, said }: Forwarder, usual: unknown): Call[] {
  if (said['vlans'] === undefined) return [];
  const vlans = (said['vlans'] ?? []) as readonly Said[];
  const method = on.isMadeThere ? 'vlan' : 'br0.vlan';
  const here = [...on.path, 'vlans'];
  const isThere = usual === 0 || vlans.some(({ id }) => id === usual);
  return [
    ...(isThere ? [] : [{ on, method: `${method}.delete`, args: [{ id: usual }], path: here }]),
    ...vlans.flatMap((vlan, at) => {
      const path = [...here, at];
      const [added, changed] = splitSettings(vlan);
      const add = { on, method: `${method}.add`, args: [added], path };
      return changed ? [add, { on, method: `${method}.set`, args: [changed], path }] : [add];
    }),
  ];
}

const SETTINGS: readonly string[] = VLAN_SETTINGS;

/** What `vlan.add` takes of a VLAN, and what `vlan.set`. */
function splitSettings(vlan: Said): [added: Said, changed?: Said] {
  const [ofSet = [], ofAdd = []] = [true, false].map((wanted) =>
    Object.entries(vlan ?? {}).filter(([key]) => SETTINGS.includes(key) === wanted),
  );
  // Where there is none, the call itself says what is wrong.
  if (ofSet.length === 0) return [vlan];
  return [Object.fromEntries(ofAdd), { id: vlan['id'], ...Object.fromEntries(ofSet) }];
}

const KERNELS_DEFAULT_VLAN = 1;

function defaultVlan(bridge: Said): unknown {
  return bridge['vlanDefaultPvid'] ?? KERNELS_DEFAULT_VLAN;
}

/** What a topology says of the bridge that a device is a port of. */
function bridgeOf(topology: Topology, { name, said }: Device): Said | undefined {
  const { namespace } = splitName(name);
  const own = topology.namespaces[namespace];
  if (own?.['role'] === 'switch') return own;
  const master = said['master'] === undefined ? undefined : deviceName(String(said['master']), namespace);
  return devicesOf(topology).find((each) => each.name === master)?.said;
}

function entryCalls({ on, said, kind }: Forwarder): Call[] {
  const { name, path } = on;
  const { namespace } = splitName(name);
  const list = (key: string) => ((said[key] ?? []) as readonly Said[]).map((entry, at) => ({ entry, at }));
  // Without a value the call itself says what it takes.
  const ref = (value: unknown, key: string, at: number, option: string) =>
    value === undefined ? undefined : new Ref(deviceName(String(value), namespace), [...path, key, at, option]);
  const entries = list('fdb').map(({ entry, at }): Call => {
    const here = [...path, 'fdb', at];
    const { mac, port, ...options } = entry;
    if (kind?.description.keepsFdb) {
      const { via, ...rest } = entry;
      const said = via === undefined ? rest : { ...rest, via: ref(via, 'fdb', at, 'via') };
      return { on, method: mac === NO_MAC ? 'fdb.append' : 'fdb.add', args: [said], path: here };
    }
    const more = Object.keys(options).length > 0 ? [options] : [];
    return { on, method: 'fdb.add', args: [mac, ref(port, 'fdb', at, 'port'), ...more], path: here };
  });
  const groups = list('mdb').map(({ entry, at }): Call => {
    const args = [{ ...entry, port: ref(entry['port'], 'mdb', at, 'port') }];
    return { on, method: 'mdb.add', args, path: [...path, 'mdb', at] };
  });
  return [...entries, ...groups];
}
