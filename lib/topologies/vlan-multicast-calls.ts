import { type Call, Ref } from './call.ts';
import { type Device, refTo } from './device.ts';
import type { Node } from './node-calls.ts';
import type { Mapping } from './topology.ts';

/** The multicast settings of the VLANs of a switch. A VLAN has some when a port is in it. */
export function switchVlanMulticastCalls({ name, options, path }: Node): Call[] {
  return vlanMulticastCalls(new Ref(name, path), options);
}

/** Those of a bridge. */
export function deviceVlanMulticastCalls(device: Device): Call[] {
  return vlanMulticastCalls(refTo(device), device.options);
}

function vlanMulticastCalls(on: Ref, options: Mapping): Call[] {
  return ((options['vlanMulticast'] ?? []) as readonly Mapping[]).map(
    (entry, at): Call => ({ on, method: 'vlanMulticast.set', args: [entry], path: [...on.path, 'vlanMulticast', at] }),
  );
}
