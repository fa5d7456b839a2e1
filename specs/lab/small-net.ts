import type { Cable, Interface, Lab, Namespace, Port, Switch } from 'hairpin';

/** What wrong calls are made on. */
export interface SmallNet {
  lab: Lab;
  a: Namespace;
  b: Namespace;
  sw: Switch;
  eth0: Interface;
  port: Port;
  cable: Cable<Namespace, Switch>;
}

// a eth0 ── p0 sw   b
export function buildSmallNet(lab: Lab): SmallNet {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const cable = lab.cable(a, sw);
  return { lab, a, b, sw, eth0: cable.a, port: cable.b, cable };
}
