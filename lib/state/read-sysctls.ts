import { NetNamespace } from '../kernel/net-namespace.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import { generalNames, namesOfDevice } from './decisive-sysctls.ts';
import type { Link } from './network-state.ts';

/** The settings of a namespace that decide what becomes of a packet, by their names. */
export function readDecisiveSysctls(namespace: NetNamespace, links: readonly Link[]): Record<string, string> {
  const ofDevices = links.flatMap(({ name }) => namesOfDevice(name).map((each) => each.name));
  return Object.fromEntries(readSysctls(namespace, [...generalNames(), ...ofDevices]));
}

let fresh: Readonly<Record<string, string>> | undefined;

/** What every new namespace of this kernel has of them; it is asked once. */
export function freshSysctls(): Readonly<Record<string, string>> {
  fresh ??= readFresh();
  return fresh;
}

function readFresh(): Record<string, string> {
  const namespace = NetNamespace.create();
  try {
    return readDecisiveSysctls(namespace, []);
  } finally {
    namespace.close();
  }
}
