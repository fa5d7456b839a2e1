import { omit, pick } from '../base/plain-object.ts';
import { Namespace } from '../lab/index.ts';
import { PORT_OPTIONS } from '../links/bridge-port.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { kindOf } from '../links/registry.ts';
import { type Call, Ref } from './call.ts';
import { type Device, devicesOf, refTo } from './device.ts';
import { deviceName, endOf, isPair, type Mapping, type Path, splitName, type Topology } from './topology.ts';
import { TRAFFIC_LISTS, withoutLists } from './topology-keys.ts';

/** Makes a link: a cable, or a device. */
export function linkCalls(topology: Topology, link: Mapping, path: Path): Call[] {
  if (!isPair(link)) return [singleCall(link, path)];
  const { a: _, b: __, ...options } = link;
  const ends = (['a', 'b'] as const).map((which) => {
    const end = endOf(link, which);
    const { namespace } = splitName(String(end['name']));
    const isPort = topology.namespaces[namespace]?.['role'] === 'switch';
    return { which, ref: new Ref(namespace, [...path, which]), options: ownOptions(end, isPort) };
  });
  const ofEnds = ends.filter((end) => Object.keys(end.options).length > 0).map((end) => [end.which, end.options]);
  const all = { ...options, ...Object.fromEntries(ofEnds) };
  const args = [...ends.map(({ ref }) => ref), ...(Object.keys(all).length > 0 ? [all] : [])];
  return [{ method: 'cable', args, makes: 'cable', path }];
}

/** Has a device belong to a bridge, a bond, a VRF, with its settings as a port. */
export function memberCalls(topology: Topology, device: Device): Call[] {
  const { options, path, kind } = device;
  const { master, address, up } = options;
  if (master === undefined) return [];
  const { namespace } = splitName(device.name);
  const on = refTo(device);
  const nameAbove = deviceName(String(master), namespace);
  const above = devicesOf(topology).find(({ name }) => name === nameAbove)?.kind;
  // A bond and a team take only devices that are down, and bring them up themselves (bond_enslave, team_port_add).
  const takesDown = above?.members === 'frames' && !above.description.hasPorts;
  const port = kind?.description.hasPorts ? {} : pick(options, PORT_OPTIONS);
  const change = {
    ...(takesDown ? { up: false } : {}),
    master: new Ref(deviceName(String(master), namespace), [...path, 'master']),
    ...port,
  };
  const addresses = address === undefined || address === false ? [] : [address].flat();
  return [
    { on, method: 'set', args: [change], path },
    ...(takesDown && up === false ? [{ on, method: 'set', args: [{ up: false }], path }] : []),
    ...addresses.map((each) => ({ on, method: 'address.add', args: [each], path: [...path, 'address'] })),
  ];
}

/** Settings that name members, which must belong to the device by then. */
export function lateCalls(device: Device): Call[] {
  const { name, options, path, kind } = device;
  const { namespace } = splitName(name);
  const late = [...lateOptions(kind), ...(kind?.description.hasPorts ? [] : ['backupPort'])];
  const change = Object.entries(pick(options, late)).map(([option, value]) => [
    option,
    new Ref(deviceName(String(value), namespace), [...path, option]),
  ]);
  return change.length > 0 ? [{ on: refTo(device), method: 'set', args: [Object.fromEntries(change)], path }] : [];
}

/** The queueing disciplines of a device, and then its filters, which have their place in one. */
export function trafficCalls(device: Device): Call[] {
  const { options, path } = device;
  return TRAFFIC_LISTS.flatMap((key) =>
    ((options[key] ?? []) as readonly Mapping[]).map((entry, at) => ({
      ...{ on: refTo(device), method: key === 'qdiscs' ? 'qdisc.add' : 'filter.add' },
      ...{ args: [entry], path: [...path, key, at] },
    })),
  );
}

function singleCall(link: Mapping, path: Path): Call {
  const { kind, name, parent, ...rest } = withoutLists(link);
  const { namespace } = splitName(String(name));
  const known = kindOf({ kind: String(kind) });
  const late = lateOptions(known);
  const options = Object.entries(ownOptions({ name, ...rest }, known?.description.hasPorts === true))
    .filter(([option]) => !late.includes(option))
    .map(([option, value]) => [option, refIfDevice(known, option, value, namespace, path)]);
  return {
    on: new Ref(namespace, [...path, 'name']),
    method: hasMethod(kind) ? String(kind) : 'link',
    args: [
      ...(hasMethod(kind) ? [] : [kind]),
      {
        ...Object.fromEntries(options),
        ...(parent === undefined
          ? {}
          : { parent: new Ref(deviceName(String(parent), namespace), [...path, 'parent']) }),
      },
    ],
    makes: 'device',
    path,
  };
}

/** Whether a namespace has a method for links of a kind, as `ns.macvlan`. */
function hasMethod(kind: unknown): boolean {
  return kindOf({ kind: String(kind) }) !== undefined && String(kind) in Namespace.prototype;
}

/** What a device is told as it is made. What it belongs to follows, and then addresses, which it would lose by that. */
function ownOptions({ name, master, backupPort: _, vlans: __, ...all }: Mapping, keepsPort: boolean): Mapping {
  const rest = omit(all, TRAFFIC_LISTS);
  const { device } = splitName(String(name));
  const options = keepsPort ? rest : omit(rest, PORT_OPTIONS);
  return {
    ...(device === undefined ? {} : { name: device }),
    ...options,
    ...(master !== undefined && rest['address'] !== undefined ? { address: false } : {}),
  };
}

function lateOptions(kind: LinkKind | undefined): readonly string[] {
  return kind?.isMaster ? kind.deviceOptions : [];
}

function refIfDevice(kind: LinkKind | undefined, option: string, value: unknown, here: string, path: Path): unknown {
  if (!kind?.deviceOptions.includes(option) || typeof value !== 'string') return value;
  return new Ref(deviceName(value, here), [...path, option]);
}
