import { defineLink, describe, expect, netlink, setting, supports, test } from 'hairpin';

const gretap = defineLink('gretap', {
  option: 'NET_IPGRE',
  module: 'ip_gre',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    local: setting('IFLA_GRE_LOCAL', 6, netlink.ip4, { required: true }),
    remote: setting('IFLA_GRE_REMOTE', 7, netlink.ip4, { required: true }),
  },
});

// Asked, the kernel loads the module, which from then on gives every new namespace devices of its own.
describe.skipIf(!supports(gretap))('needs CONFIG_NET_IPGRE', () => {
  // ns1 ─ macvlan ─ up0 (host) ── far; with gre0, gretap0 and erspan0 in each
  test('a macvlan has its carrier at once where new namespaces have devices of their own', async ({ lab }) => {
    const [host, ns1] = [lab.namespace('host'), lab.namespace('ns1')];
    const { stdout } = await host.exec('ip', ['-br', 'link']);
    expect(stdout).toContain('gre0');
    const { a: up0 } = lab.cable(host, lab.namespace('far'));
    const m0 = ns1.macvlan({ parent: up0, mode: 'bridge' });
    await lab.settled();
    expect(m0.state()).toMatchObject({ carrier: true });
  });
});
