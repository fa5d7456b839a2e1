import type { Hints } from './hint-at.ts';

/** The same hint for several names. */
function named(names: string, hint: (it: string) => string): Hints {
  return Object.fromEntries(names.split(' ').map((name) => [name, hint]));
}

export const NAMESPACE_HINTS: Hints = {
  ...named(
    'ping reach canReach',
    (it) => `write await expect(${it}).toReach(target), or await ${it}.exec('ping', ['-c1', '10.0.0.2'])`,
  ),
  ...named('ip nft iptables tc tcpdump', (it) => `write await ${it}.exec('ip', ['route']), with any program's name`),
  ...named(
    'shell sh cmd popen spawn execute command',
    (it) => `write await ${it}.exec('ip', ['route']), or await ${it}.exec('sh', ['-c', '…'])`,
  ),
  ...named(
    'address addresses addAddress setAddress addIp setIp',
    (it) => `an interface has the addresses: ${it}.interface('eth0').address.add('10.0.0.9/24')`,
  ),
  ...named(
    'routes addRoute',
    (it) => `write ${it}.route.add({ to: 'default', via: '10.0.0.1' }), or ${it}.route.list()`,
  ),
  ...named('rules addRule', (it) => `write ${it}.rule.add({ … }), or ${it}.rule.list()`),
  ...named(
    'neighbours neighbor neighbors neigh arp',
    (it) => `write ${it}.neighbour.add({ … }), or ${it}.neighbour.list()`,
  ),
  ...named('sysctls', (it) => `write ${it}.sysctl.set('net.ipv4.ip_forward', 1)`),
  ...named('links devices eth0 eth1', (it) => `write ${it}.interface('eth0'), or ${it}.interfaces`),
  ...named(
    'port',
    (it) => `write ${it}.ports[0], or keep the end of the cable: const { b: port } = lab.cable(pc, ${it})`,
  ),
  ...named('cable connect veth plug', (it) => `write lab.cable(${it}, other)`),
  ...named('capture', () => 'write await lab.trace(fn); a test that fails leaves a capture in test-results/'),
  ...named(
    'firewall nat masquerade',
    (it) => `write await ${it}.exec('nft', ['-f', '-'], { input: 'table inet filter { … }' })`,
  ),
  ...named('delete remove close destroy', () => 'a namespace ends with its lab'),
};

export const LAB_HINTS: Hints = {
  ...named('host addHost node addNode addNamespace ns', () => "write lab.namespace('pc')"),
  ...named('addRouter', () => "write lab.router('r')"),
  ...named('addSwitch bridge addBridge', () => "write lab.switch('sw'); a host's own bridge is ns.bridge()"),
  ...named('link addLink connect veth wire', () => 'write lab.cable(a, b)'),
  ...named(
    'vlan addVlan',
    () => "write lab.switch('sw', { vlanFiltering: true }), and port.vlan.add({ id: 10, pvid: true, untagged: true })",
  ),
  ...named('get find hosts nodes', () => 'keep what lab.namespace returns, or look in lab.namespaces'),
  ...named(
    'ping pingAll reach',
    () => 'write await expect(a).toReach(b), or await expect(lab).toMatchReachability(table)',
  ),
  ...named(
    'capture tcpdump pcap',
    () => 'write await lab.trace(fn); a test that fails leaves a capture in test-results/',
  ),
  ...named('wait sleep ready', () => 'write await lab.settled()'),
  ...named('start run up', () => 'a lab needs no start: each call takes effect at once'),
  ...named('stop destroy end cleanup dispose', () => 'write await lab.close(); the `lab` fixture closes with its test'),
  [Symbol.dispose]: () => 'write `await using lab = createLab()`, since the end of a lab takes time',
};

export const INTERFACE_HINTS: Hints = {
  ...named('up', (it) => `write ${it}.set({ up: true }); ${it}.state().up says whether it is`),
  ...named('down', (it) => `write ${it}.set({ up: false }), or unplug the cable: cable.unplug()`),
  ...named(
    'ip ipv4 ipv6 addresses addAddress',
    (it) => `write ${it}.address.list(), or ${it}.address.add('10.0.0.9/24')`,
  ),
  ...named('netem delay loss', (it) => `write ${it}.impair({ delay: 100, loss: 10 }), in milliseconds and percent`),
  ...named('remove del', (it) => `write ${it}.delete()`),
  ...named('ping', (it) => `a namespace asks: await expect(ns).toReach(target, { from: ${it} })`),
};

export const CABLE_HINTS: Hints = {
  ...named('down cut disconnect unlink pull', () => 'write cable.unplug(); cable.plug() plugs it in again'),
  ...named('up connect', () => 'write cable.plug()'),
  ...named('impair netem delay loss', () => 'an end has the fault: cable.a.impair({ delay: 100, loss: 10 })'),
  ...named('set', () => 'an end has the settings: cable.a.set({ … })'),
  ...named('remove', () => 'write cable.delete()'),
};

export const DAEMON_HINTS: Hints = {
  ...named('kill close end', () => "write await daemon.stop(), or await daemon.stop('SIGKILL')"),
  [Symbol.dispose]: () => 'write `await using`, since the end of a program takes time',
};
