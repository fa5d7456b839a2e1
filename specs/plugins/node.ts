import type { Interface, Lab, Namespace, Port, Switch } from 'hairpin';

/** A node with its uplink at a switch, and two other machines there; what other software puts on the node is its own. */
export interface Node {
  host: Namespace;
  uplink: Interface;
  switchPort: Port;
  switch: Switch;
  gateway: Namespace;
  neighbour: Namespace;
}

export function addNode(lab: Lab, { hairpin = false }: { hairpin?: boolean } = {}): Node {
  const [host, gateway, neighbour] = [lab.namespace('host'), lab.namespace('gateway'), lab.namespace('neighbour')];
  const sw = lab.switch('sw');
  const { a: uplink, b: switchPort } = lab.cable(host, sw, { a: { name: 'up0' }, b: { hairpin } });
  lab.cable(gateway, sw);
  lab.cable(neighbour, sw);
  return { host, uplink, switchPort, switch: sw, gateway, neighbour };
}

/** IPAM of both families, above the addresses that the lab gives out. */
export const HOST_LOCAL = {
  type: 'host-local',
  ranges: [
    [{ subnet: '10.0.0.0/24', rangeStart: '10.0.0.101', rangeEnd: '10.0.0.110' }],
    [{ subnet: 'fd00::/64', rangeStart: 'fd00::65', rangeEnd: 'fd00::6e' }],
  ],
};
