import { expect, type Lab, type Namespace } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

export const INNER = '10.7.0.2';

// a ─ vx ┄┄┄┄┄┄┄ vx ─ b
//   eth0 ── r ── eth0
export function buildUnderlay(lab: Lab, remote = '192.0.2.130') {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const { a: left } = lab.cable(a, r, { a: { address: '192.0.2.2/25' }, b: { address: '192.0.2.1/25' } });
  const { b: right } = lab.cable(r, b, { a: { address: '192.0.2.129/25' }, b: { address: '192.0.2.130/25' } });
  a.route.replace({ to: 'default', via: '192.0.2.1' });
  b.route.replace({ to: 'default', via: '192.0.2.129' });
  const vx = a.link('vxlan', { name: 'vx', id: 7, address: '10.7.0.1/24', remote });
  const end = b.link('vxlan', { name: 'vx', id: 7, address: `${INNER}/24`, remote: '192.0.2.2' });
  return { a, r, b, left, right, vx, end };
}

/** What is said of a question for the address behind the tunnel. */
export function askedInner(a: Namespace) {
  return diagnosed(expect(a).toReach(INNER, { within: 100, family: 4 }));
}
