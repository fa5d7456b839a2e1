import { entryOf } from '../base/entry-of.ts';
import { once } from '../base/once.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { ipDeviceSysctls } from '../netlink/device-sysctls.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import { generalNames, namesOfDevice } from './decisive-sysctls.ts';
import type { Link } from './network-state.ts';

/** The settings of a namespace that decide what becomes of a packet, by their names. */
export function readDecisiveSysctls(
  namespace: NetNamespace,
  rtnetlink: NetlinkSocket,
  links: readonly Link[],
): Record<string, string> {
  return { ...Object.fromEntries(readSysctls(namespace, generalNames())), ...sysctlsOfDevices(rtnetlink, links) };
}

/**
 * The same, but each setting is read when it is first looked at. For a diagnosis, which looks at few of them: one that is of no device
 * takes a file, and a machine with many namespaces needs 60 µs to find it.
 */
export function sysctlsOnDemand(
  namespace: NetNamespace,
  rtnetlink: NetlinkSocket,
  links: readonly Link[],
): Readonly<Record<string, string>> {
  const general = new Set(generalNames());
  const known = new Map<string | symbol, string | undefined>();
  let ofDevices: Readonly<Record<string, string>> | undefined;
  const read = (name: string) => {
    if (general.has(name)) return readSysctls(namespace, [name]).get(name);
    ofDevices ??= sysctlsOfDevices(rtnetlink, links);
    return ofDevices[name];
  };
  return new Proxy({}, { get: (_, name) => entryOf(known, name, () => read(String(name))) });
}

function sysctlsOfDevices(rtnetlink: NetlinkSocket, links: readonly Link[]): Record<string, string> {
  const values: Record<string, string> = {};
  const told = new Map(rtnetlink.list(ipDeviceSysctls.all()).map((each) => [each.index, each]));
  for (const { index, name: device } of links) {
    for (const { name, family, key } of namesOfDevice(device)) {
      const value = (told.get(index)?.[family] as Readonly<Record<string, string>> | undefined)?.[key];
      if (value !== undefined) values[name] = value;
    }
  }
  return values;
}

/** What every new namespace of this kernel, and its loopback, has of them; it is asked once. */
export const freshSysctls = once((): Readonly<Record<string, string>> => {
  using namespace = NetNamespace.create();
  const ofLoopback = namesOfDevice('lo').map(({ name }) => name);
  return Object.fromEntries(readSysctls(namespace, [...generalNames(), ...ofLoopback]));
});
