import { expect, type Lab, type Namespace, test } from 'hairpin';
import { openListener } from '../../../lib/probes/listener.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── p0 (sw) p1 ── web
//                           p2 ── other
function build(lab: Lab) {
  const [a, r, web, other] = [lab.namespace('a'), lab.router('r'), lab.namespace('web'), lab.namespace('other')];
  lab.cable(a, r);
  const sw = lab.switch('sw');
  for (const ns of [r, web, other]) lab.cable(ns, sw);
  return { a, r, sw, web, other };
}

const SOURCE = 'ip nat post { type nat hook postrouting priority 100; }';
const DESTINATION = 'ip nat pre { type nat hook prerouting priority -100; }';
/** Somebody who answers at port 80. */
function listen(web: Namespace, protocol: 'tcp' | 'udp') {
  return openListener(web, { protocol, family: 4, address: '10.0.1.2', port: 80 });
}

const WAYS = ['icmp', 'tcp', 'udp'] as const;

test.for(WAYS)('%s: a source that is translated', async (by, { lab }) => {
  const { a, r, sw, web, other } = build(lab);
  await addRules(r, SOURCE, ['oifname "eth1" masquerade']);
  await expect(a).toReach(web, { by, through: [r, sw, web], notThrough: other });
  expect(await explanationOf(expect(a).toReach(web, { by, notThrough: sw }))).toMatch(
    /\n {2}a\/eth0 → r\/eth0 → r\/eth1 \(as 10\.0\.1\.1\S* > 10\.0\.1\.2\S*\) → sw\/p0 → sw\/p1 → web\/eth0$/,
  );
});

test.for(['tcp', 'udp'] as const)('%s: a port that is forwarded', async (by, { lab }) => {
  const { a, r, sw, web, other } = build(lab);
  await addRules(r, DESTINATION, [`${by} dport 8080 dnat to 10.0.1.2:80`]);
  using server = listen(web, by);
  const question = { by, port: 8080, listen: false } as const;
  await expect(a).toReach('10.0.0.2', { ...question, through: [r, sw, web], notThrough: other });
  expect(await explanationOf(expect(a).toReach('10.0.0.2', { ...question, through: other }))).toMatch(
    /r\/eth1 \(as 10\.0\.0\.1:\d+ > 10\.0\.1\.2:80\) → sw\/p0 → sw\/p1 → web\/eth0$/,
  );
  expect(server?.port).toBe(80);
});

test.for(WAYS)('%s: a destination that the sender translates before it leaves', async (by, { lab }) => {
  const { a, r, sw, web, other } = build(lab);
  await addRules(a, 'ip nat out { type nat hook output priority -100; }', ['ip daddr 10.9.9.9 dnat to 10.0.1.2']);
  using _ = by === 'icmp' ? undefined : listen(web, by);
  const question = by === 'icmp' ? { by } : { by, port: 80, listen: false };
  await expect(a).toReach('10.9.9.9', { ...question, through: [r, sw, web], notThrough: other });
});

test.for(WAYS)('%s: both at once', async (by, { lab }) => {
  const { a, r, sw, web, other } = build(lab);
  await addRules(r, DESTINATION, ['ip daddr 10.9.9.9 dnat to 10.0.1.2']);
  await addRules(r, SOURCE, ['oifname "eth1" masquerade']);
  using _ = by === 'icmp' ? undefined : listen(web, by);
  const port = by === 'icmp' ? {} : { port: 80, listen: false };
  await expect(a).toReach('10.9.9.9', { by, ...port, through: [r, sw, web], notThrough: other });
});
