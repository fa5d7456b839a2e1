import { type Call, Ref } from './call.ts';
import { type Device, refTo } from './device.ts';
import type { Node } from './node-calls.ts';
import { deviceName, type Mapping, splitName } from './topology.ts';

/** The instances of a switch's spanning trees. A VLAN is put into one when all ports are in their VLANs. */
export function switchMstCalls({ name, options, path }: Node): Call[] {
  return mstCalls(new Ref(name, path), options);
}

/** Those of a bridge. */
export function deviceMstCalls(device: Device): Call[] {
  return mstCalls(refTo(device), device.options);
}

function mstCalls(on: Ref, options: Mapping): Call[] {
  const { namespace } = splitName(on.name);
  const entries = ((options['mst'] ?? []) as readonly Mapping[]).map((entry, at) => ({
    entry,
    path: [...on.path, 'mst', at],
  }));
  // A state needs VLANs that have it, wherever the file says them.
  const [added = [], changed = []] = [true, false].map((isAdded) =>
    entries.filter(({ entry }) => (entry['port'] === undefined) === isAdded),
  );
  return [...added, ...changed].map(({ entry, path }): Call => {
    const { port } = entry;
    if (port === undefined) return { on, method: 'mst.add', args: [entry], path };
    const ref = new Ref(deviceName(String(port), namespace), [...path, 'port']);
    return { on, method: 'mst.set', args: [{ ...entry, port: ref }], path };
  });
}
