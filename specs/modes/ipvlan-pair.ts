import type { IpvlanOptions, Lab } from 'hairpin';

/** `macvlanPair`'s network, with ipvlans in the macvlans' places. */
export function ipvlanPair(lab: Lab, options: Pick<IpvlanOptions, 'mode' | 'flag'>, hairpin = false) {
  const sw = lab.switch('sw');
  const [ns1, ns2, host] = [lab.namespace('ns1'), lab.namespace('ns2'), lab.namespace('host')];
  const [gateway, neighbour] = [lab.namespace('gateway'), lab.namespace('neighbour')];
  const at = (number: number) => [`10.0.0.${number}/24`, `fd00::${number.toString(16)}/64`];
  const { a: uplink, b: switchPort } = lab.cable(host, sw, { a: { name: 'up0', address: at(18) }, b: { hairpin } });
  lab.cable(gateway, sw, { a: { address: at(1) } });
  lab.cable(neighbour, sw, { a: { address: at(10) } });
  const m1 = ns1.ipvlan({ parent: uplink, name: 'i1', address: at(101), ...options });
  const m2 = ns2.ipvlan({ parent: uplink, name: 'i2', address: at(102), ...options });
  return { lab, ns1, ns2, host, uplink, switchPort, gateway, neighbour, m1, m2 };
}
