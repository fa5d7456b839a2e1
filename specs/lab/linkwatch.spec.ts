import { defineLink, describe, expect, netlink, setting, supports, test } from 'hairpin';
import { hurryLinkwatch } from '../../lib/lab/linkwatch.ts';

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
  // a namespace that has gre0, gretap0 and erspan0 from the start
  test('the link watch is hurried where new namespaces have devices of their own', async ({ lab }) => {
    const { stdout } = await lab.namespace('a').exec('ip', ['-br', 'link']);
    expect(stdout).toContain('gre0');
    expect(hurryLinkwatch).not.toThrow();
  });
});
