import type { Lab } from '../lib/lab/index.ts';

/** So many hosts, each with a cable to one switch. */
export function buildHosts(lab: Lab, hosts: number): void {
  const sw = lab.switch('sw', { subnets: ['10.0.0.0/16'] });
  for (let at = 0; at < hosts; at++) lab.cable(lab.namespace(`host${at}`), sw);
}
