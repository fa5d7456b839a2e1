import { expect, type Interface, type Lab, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';

// a ─┐
// g ─┤
// i ─┼─ sw      a's router is g, whose router is i, and then j, and then h. Only h forwards. Each of the others first tells a
// j ─┤          of the next one (`ip_forward` and `ip6_forward` do it in this order).
// h ─┴── b
async function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  const routers = ['g', 'i', 'j', 'h'].map((name) => lab.cable(lab.router(name), sw).a);
  const [last] = routers.slice(-1) as [Interface];
  lab.cable(last.namespace, b);
  const hosts = [a, ...routers.slice(0, -1).map(({ namespace }) => namespace)];
  for (const [at, host] of hosts.entries()) {
    const next = routers[at] as Interface;
    host.route.add({ to: '10.0.1.0/24', via: addressOf(next, 4) });
    // A redirect of IPv6 has link-local addresses, and comes from the next hop itself (`ndisc_redirect_rcv`).
    host.route.add({ to: 'fd00:0:0:1::/64', via: addressOf(next, 6), dev: host.interface() });
    if (host !== a) await addRules(host, 'inet t f { type filter hook forward priority 0; }', ['drop']);
  }
  return { a, b };
}

/** `RT_SCOPE_LINK` */
const LINK = 253;

function addressOf(device: Interface, family: 4 | 6): string {
  const wanted = family === 4 ? 0 : LINK;
  return device.address.list().find((own) => own.family === family && own.scope === wanted)?.address as string;
}

test.for([4, 6] as const)('a host that is told of better IPv%i routers is waited for', async (family, { lab }) => {
  const { a, b } = await build(lab);
  await expect(expect(a).not.toReach(b, { family })).rejects.toThrow(/^Received: +an answer/m);
  await expect(a).toReach(b, { family });
});

test('a host that believes no router does not reach it', async ({ lab }) => {
  const { a, b } = await build(lab);
  for (const device of ['all', 'eth0']) a.sysctl.set(`net.ipv4.conf.${device}.accept_redirects`, 0);
  await expect(a).not.toReach(b, { because: 'lost' });
});
