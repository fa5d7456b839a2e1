import { VLAN_SETTINGS } from '../lab/vlan-settings.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { NO_MAC } from '../wire/mac-address.ts';
import { type Call, Ref } from './call.ts';
import { type Device, devicesOf, refTo } from './device.ts';
import type { Node } from './node-calls.ts';
import { deviceName, type Mapping, splitName, type Topology } from './topology.ts';

/** The VLANs and forwarding entries of the bridge that a switch is. */
export function switchForwardingCalls({ name, options, path }: Node): Call[] {
  const bridge = { on: new Ref(name, path), options };
  return [...vlanCalls(bridge, defaultVlan(options)), ...entryCalls(bridge)];
}

/** The VLANs and forwarding entries of a device: of a port, a bridge, a vxlan. */
export function deviceForwardingCalls(topology: Topology, device: Device): Call[] {
  const { options, kind } = device;
  const own = { on: refTo(device), options, kind };
  return [...vlanCalls(own, defaultVlan(bridgeOf(topology, device) ?? options)), ...entryCalls(own)];
}

/** What has VLANs and forwarding entries: a device, or the bridge of a switch. */
interface Forwarder {
  readonly on: Ref;
  readonly options: Mapping;
  /** Of a device. */
  readonly kind?: LinkKind | undefined;
}

/** The VLANs of a port, or of a bridge: these alone. A new one is in the bridge's default VLAN. */
function vlanCalls({ on, options }: Forwarder, usual: unknown): Call[] {
  if (options['vlans'] === undefined) return [];
  const vlans = (options['vlans'] ?? []) as readonly Mapping[];
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
function splitSettings(vlan: Mapping): [added: Mapping, changed?: Mapping] {
  const [ofSet = [], ofAdd = []] = [true, false].map((wanted) =>
    Object.entries(vlan ?? {}).filter(([key]) => SETTINGS.includes(key) === wanted),
  );
  // Where there is none, the call itself says what is wrong.
  if (ofSet.length === 0) return [vlan];
  return [Object.fromEntries(ofAdd), { id: vlan['id'], ...Object.fromEntries(ofSet) }];
}

const KERNELS_DEFAULT_VLAN = 1;

function defaultVlan(bridge: Mapping): unknown {
  return bridge['vlanDefaultPvid'] ?? KERNELS_DEFAULT_VLAN;
}

/** What a topology says of the bridge that a device is a port of. */
function bridgeOf(topology: Topology, { name, options }: Device): Mapping | undefined {
  const { namespace } = splitName(name);
  const own = topology.namespaces[namespace];
  if (own?.['role'] === 'switch') return own;
  const master = options['master'] === undefined ? undefined : deviceName(String(options['master']), namespace);
  return devicesOf(topology).find((each) => each.name === master)?.options;
}

function entryCalls({ on, options, kind }: Forwarder): Call[] {
  const { name, path } = on;
  const { namespace } = splitName(name);
  const list = (key: string) => ((options[key] ?? []) as readonly Mapping[]).map((entry, at) => ({ entry, at }));
  // Without a value the call itself says what it takes.
  const ref = (value: unknown, key: string, at: number, option: string) =>
    value === undefined ? undefined : new Ref(deviceName(String(value), namespace), [...path, key, at, option]);
  const entries = list('fdb').map(({ entry, at }): Call => {
    const here = [...path, 'fdb', at];
    const { mac, port, ...rest } = entry;
    if (kind?.description.keepsFdb) {
      const { via, ...others } = entry;
      const tunnel = via === undefined ? others : { ...others, via: ref(via, 'fdb', at, 'via') };
      return { on, method: mac === NO_MAC ? 'fdb.append' : 'fdb.add', args: [tunnel], path: here };
    }
    const more = Object.keys(rest).length > 0 ? [rest] : [];
    return { on, method: 'fdb.add', args: [mac, ref(port, 'fdb', at, 'port'), ...more], path: here };
  });
  const groups = list('mdb').map(({ entry, at }): Call => {
    const args = [{ ...entry, port: ref(entry['port'], 'mdb', at, 'port') }];
    return { on, method: 'mdb.add', args, path: [...path, 'mdb', at] };
  });
  return [...entries, ...groups];
}
