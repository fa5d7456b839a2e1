import { statSync } from 'node:fs';
import { describe, expect, type Interface, type Lab, test } from 'hairpin';
import { findNetworkManager, networkManager } from 'hairpin/plugins';
import { processesIn } from '../../lib/lab/programs/processes.ts';
import { bridgeLink, ipAddresses, ipLinkNames, ipRoutes } from '../lab/referee.ts';
import { withoutPrograms } from '../needs.ts';
import { address, keyfile, portOf, SLOW } from './keyfile.ts';

/** host: up0, which is NetworkManager's ── eth0 (10.0.0.1), far */
function build(lab: Lab) {
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const { a: up0 } = lab.cable(host, far, {
    a: { name: 'up0', address: false },
    b: { address: ['10.0.0.1/24', 'fd00::1/64'] },
  });
  return { host, far, up0 };
}

describe.skipIf(!findNetworkManager())('needs network-manager', () => {
  // a ── p0 (br0: host) p1 ── b
  test('a bridge and its ports, which stay when NetworkManager is stopped', async ({ lab }) => {
    const [a, host, b] = [lab.namespace('a'), lab.namespace('host'), lab.namespace('b')];
    const port = (name: string) => ({ name, address: false as const });
    const { b: p0 } = lab.cable(a, host, { a: { address: '10.0.0.1/24' }, b: port('p0') });
    const { b: p1 } = lab.cable(b, host, { a: { address: '10.0.0.2/24' }, b: port('p1') });
    const connection = portOf('br0', 'bridge');
    const daemon = await networkManager(host, {
      ...keyfile('br0', 'bridge', { bridge: ['stp=false'], ipv4: address('10.0.0.5/24') }),
      ...keyfile('p0', 'ethernet', { connection }),
      ...keyfile('p1', 'ethernet', { connection, 'bridge-port': ['hairpin-mode=true', 'path-cost=7'] }),
    });
    const [br0] = (await daemon.configured(['br0', 'p0', 'p1'], SLOW)) as [Interface, Interface, Interface];
    expect(br0.kind).toBe('bridge');
    expect(await bridgeLink(host, 'p0')).toMatchObject({ master: 'br0', hairpin: false, cost: 100 });
    expect(await bridgeLink(host, 'p1')).toMatchObject({ master: 'br0', hairpin: true, cost: 7 });
    expect(await ipAddresses(host, 'br0')).toEqual(['10.0.0.5/24']);
    await expect(a).toReach(b, { through: [p0, p1] });
    await expect(a).toReach(host, { through: br0 });
    await daemon.stop();
    await expect(a).toReach(b, { through: [p0, p1] });
    await expect(a).toReach(host, { through: br0 });
  });

  // host: up0 ── far
  test('nmcli takes a connection down, and up again', async ({ lab }) => {
    const { host, far, up0 } = build(lab);
    const daemon = await networkManager(host, keyfile('up0', 'ethernet', { ipv4: address('10.0.0.2/24') }));
    await daemon.configured(['up0'], SLOW);
    await expect(far).toReach('10.0.0.2');
    await daemon.nmcli(['connection', 'down', 'up0']);
    expect(await ipAddresses(host, 'up0')).toEqual([]);
    await expect.poll(() => daemon.state('up0')).toBe('disconnected');
    await daemon.nmcli(['connection', 'up', 'up0']);
    await expect(far).toReach('10.0.0.2', { through: up0 });
    await expect(daemon.nmcli(['connection', 'up', 'up9'])).rejects.toThrow(
      "nmcli connection up up9 on host: exit code 10\nError: unknown connection 'up9'.",
    );
  });

  // host: up0 ── far, with dnsmasq
  describe.skipIf(withoutPrograms('dnsmasq'))('needs dnsmasq', () => {
    test('DHCP: it waits until there is a server, and has its lease then', async ({ lab }) => {
      const { host, far } = build(lab);
      const daemon = await networkManager(host, keyfile('up0', 'ethernet', { ipv4: ['method=auto'] }));
      await expect.poll(() => daemon.state('up0')).toBe('ip-config');
      await expect(daemon.configured(['up0'], { within: 50 })).rejects.toThrow(
        /^NetworkManager on host: up0 ip-config after 50 ms\n.*\(up0\): Activation: starting connection 'up0'/s,
      );
      expect(await ipAddresses(host, 'up0')).toEqual([]);
      const options = ['--no-daemon', '--conf-file=/dev/null', '--port=0', '--leasefile-ro'];
      await far.daemon('dnsmasq', [...options, '--dhcp-range=10.0.0.100,10.0.0.100'], { ready: { log: 'started' } });
      await daemon.configured(['up0'], SLOW);
      expect(await ipAddresses(host, 'up0')).toEqual(['10.0.0.100/24']);
      expect(await ipRoutes(host)).toMatchObject([{ dst: 'default', gateway: '10.0.0.1', protocol: 'dhcp' }]);
      await expect(far).toReach('10.0.0.100');
    });

    test('router advertisements: an address, and a way out', async ({ lab }) => {
      const { host, far, up0 } = build(lab);
      const daemon = await networkManager(
        host,
        keyfile('up0', 'ethernet', { ipv6: ['method=auto', 'addr-gen-mode=eui64'] }),
      );
      // Before NetworkManager comes, the kernel would take its first advertisement for an address.
      const options = ['--no-daemon', '--conf-file=/dev/null', '--port=0', '--leasefile-ro'];
      await far.daemon('dnsmasq', [...options, '--enable-ra', '--dhcp-range=fd00::,ra-only'], {
        ready: { log: 'started' },
      });
      await daemon.configured(['up0'], SLOW);
      await expect(host).toReach('fd00::1', { through: up0 });
      expect(await ipAddresses(host, 'up0')).toEqual([expect.stringMatching(/^fd00::.*\/64$/)]);
      expect(await ipRoutes(host, 6)).toContainEqual(expect.objectContaining({ dst: 'default', protocol: 'ra' }));
    });
  });

  // host: up0 ── far
  test('a link that had an address before is not taken for configured', async ({ lab }) => {
    const { host, up0 } = build(lab);
    up0.address.add('10.0.0.9/24');
    const daemon = await networkManager(host, keyfile('up0', 'ethernet', { ipv4: address('10.0.0.2/24') }));
    await expect(daemon.configured(['up0'], SLOW)).rejects.toThrow(
      /^NetworkManager on host: up0 had an address before NetworkManager came, so no keyfile is applied: make it with address: false\n/,
    );
    expect(await ipAddresses(host, 'up0')).toEqual(['10.0.0.9/24']);
  });

  // host: up0 ── far
  test('started again, it takes over what it made, and takes nothing away', async ({ lab }) => {
    const { host, far } = build(lab);
    const files = keyfile('up0', 'ethernet', { ipv4: address('10.0.0.2/24') });
    const first = await networkManager(host, files);
    await first.configured(['up0'], SLOW);
    await expect(networkManager(host, files)).rejects.toThrow(
      'networkManager: it runs on host already: stop it first, or use nmcli',
    );
    using addresses = host.monitor('address');
    using routes = host.monitor('route');
    await first.stop();
    await expect(far).toReach('10.0.0.2');
    const second = await networkManager(host, files);
    await second.configured(['up0'], SLOW);
    await expect(far).toReach('10.0.0.2');
    await expect(addresses).not.toTell({ deleted: true });
    await expect(routes).not.toTell({ deleted: true });
  });

  test('what cannot be made is in the failure, in its own words', async ({ lab }) => {
    const { host } = build(lab);
    const daemon = await networkManager(host, keyfile('mv1', 'macvlan', { macvlan: ['mode=2', 'parent=up9'] }));
    await expect(daemon.configured(['mv1'], { within: 50 })).rejects.toThrow(
      /^NetworkManager on host: mv1 missing after 50 ms/,
    );
    expect(await ipLinkNames(host)).toEqual(['up0']);
  });

  test('what needs a plug-in is in the failure of an ordinary user, with the reason', async ({ lab, skip }) => {
    const { host } = build(lab);
    const config = ['config={"runner":{"name":"activebackup"}}'];
    const daemon = await networkManager(host, keyfile('team0', 'team', { team: config }));
    skip(!daemon.log.includes('plugin: skip invalid file'), 'needs a user namespace');
    await expect(daemon.configured(['team0'], { within: 50 })).rejects.toThrow(
      /^NetworkManager on host: team0 missing after 50 ms\n.*device-plugin-team\.so: file has invalid owner .*\nA team, Wi-Fi or modem needs one of these\. In a user namespace nothing is of root: run this test as root\.$/s,
    );
  });

  const refused: [what: string, files: Record<string, string | { text: string; mode: number }>, message: string][] = [
    [
      'an unknown type',
      keyfile('br0', 'brdige'),
      `br0.nmconnection: invalid connection: connection.type: connection type 'brdige' is not valid
The groups, keys and values of keyfiles are in nm-settings-keyfile(5).`,
    ],
    [
      'a file that others may read',
      { 'br0.nmconnection': { text: '[connection]\nid=br0\ntype=bridge\ninterface-name=br0\n', mode: 0o644 } },
      `br0.nmconnection: File permissions (100644) are insecure
A keyfile may be read by root alone, since secrets stand in it: mode 0600, as a file has that is given as a text.`,
    ],
    [
      'a file that is none',
      { 'br0.nmconnection': '[connection\nid=br0\n' },
      `br0.nmconnection: Key file contains line “[connection” which is not a key-value pair, group, or comment
The groups, keys and values of keyfiles are in nm-settings-keyfile(5).`,
    ],
    [
      'a value that it would pass over',
      keyfile('br0', 'bridge', { bridge: ['forward-delay=77'] }),
      `bridge.forward-delay: invalid setting: value "77" of type 'guint' is invalid or out of range for property 'forward-delay' of type 'guint'
The groups, keys and values of keyfiles are in nm-settings-keyfile(5).`,
    ],
    [
      'a group that it would pass over',
      keyfile('br0', 'bridge', { brige: ['stp=false'] }),
      `brige: invalid setting name 'brige'
The groups, keys and values of keyfiles are in nm-settings-keyfile(5).`,
    ],
  ];
  test.for(refused)('%s is refused with what NetworkManager says, and ends it', async ([, files, message], { lab }) => {
    const { host } = build(lab);
    await expect(networkManager(host, files)).rejects.toThrow(
      `NetworkManager on host does not take its keyfiles:\n${message}`,
    );
    expect(processesIn(new Set([statSync(host.path).ino]))).toEqual([]);
  });

  test('wrong calls', async ({ lab }) => {
    const host = lab.namespace('host');
    await expect(networkManager(host, { br0: '' })).rejects.toThrow(
      "networkManager: files must be texts by names such as br0.nmconnection or 90-mine.conf, or { text, mode }: received 'br0': ''",
    );
    await expect(networkManager('host' as never, {})).rejects.toThrow(
      "networkManager: node must be a namespace of a lab, which plays the node: received 'host'",
    );
  });
});
