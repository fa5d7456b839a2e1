import type { Lab, Namespace } from 'hairpin';

/** a ── sw1 ── r ── sw2 ── b, which answers no ARP until it is told to: r goes on asking for it. */
export function addSilentNeighbour(lab: Lab): { a: Namespace; r: Namespace; b: Namespace; speak: () => void } {
  const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, sw1);
  lab.cable(r, sw1);
  lab.cable(r, sw2);
  lab.cable(b, sw2);
  const ignore = (value: number) => b.sysctl.set('net.ipv4.conf.all.arp_ignore', value);
  ignore(8);
  return { a, r, b, speak: () => ignore(0) };
}
