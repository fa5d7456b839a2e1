import type { Call } from './call.ts';
import { devicesOf } from './device.ts';
import { forwardersOf, forwardingCalls, mstCalls, vlanMulticastCalls } from './forwarding-calls.ts';
import { lateCalls, linkCalls, memberCalls, trafficCalls } from './link-calls.ts';
import { execCalls, type Node, namespaceCall, sysctlCalls, tableCalls, withoutDefaultRoutes } from './node-calls.ts';
import type { Topology } from './topology.ts';

/** The calls that build a topology, in their order. */
export function callsOf(topology: Topology): Call[] {
  const namespaces = Object.entries(topology.namespaces).map(
    ([name, options]): Node => ({ name, options: options ?? {}, path: ['namespaces', name] }),
  );
  const devices = devicesOf(topology);
  const forwarders = forwardersOf(namespaces, devices);
  return [
    ...namespaces.map(namespaceCall),
    ...namespaces.flatMap((each) => sysctlCalls(each, false)),
    ...(topology.links ?? []).flatMap((link, at) => linkCalls(topology, link, ['links', at])),
    ...devices.flatMap((device) => memberCalls(topology, device)),
    ...devices.flatMap(lateCalls),
    ...forwardingCalls(topology, forwarders),
    ...forwarders.flatMap(mstCalls),
    ...forwarders.flatMap(vlanMulticastCalls),
    ...namespaces.flatMap((each) => sysctlCalls(each, true)),
    ...namespaces.flatMap((each) => withoutDefaultRoutes(topology, each)),
    // A filter that only tc says needs the place that the file says.
    ...devices.flatMap(trafficCalls),
    ...namespaces.flatMap(execCalls),
    ...namespaces.flatMap(tableCalls),
  ];
}
