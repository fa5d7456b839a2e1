import type { Lab, Namespace } from 'hairpin';

/**
 * Two hosts with a router between them: one subnet each, 10.0.0.0/24 and 10.0.1.0/24.
 *
 *     a ── eth0 (r) eth1 ── b     .1 ── .2 (r) .1 ── .2
 */
export function addRoutedHosts(lab: Lab): { a: Namespace; r: Namespace; b: Namespace } {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, r, b };
}
