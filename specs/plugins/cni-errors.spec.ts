import { createLab, expect, type Namespace, UsageError } from 'hairpin';
import { CniError, cni, findCniPlugin } from 'hairpin/plugins';
import { test as withPlugin } from './fake-plugin.ts';

const PLUGINS = [{ type: 'fake' }];

// node: a plugin of the spec's own, that does what it is told to
withPlugin.for<[make: (node: Namespace) => unknown, message: string]>([
  [
    () => cni('host' as never, { name: 'lan', plugins: PLUGINS }),
    "cni: node must be a namespace of a lab, which plays the node: received 'host'",
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: PLUGINS, type: 'fake' } as never),
    "cni: there is no option 'type'; the options are name, plugins, cniVersion, disableCheck",
  ],
  [
    (node) => cni(node, { name: 'lan', type: 'macvlan', master: 'up0' } as never),
    "cni: conflist must have a list of plugins, such as { name: 'lan', plugins: [{ type: 'macvlan', … }] }: received the configuration of a single plugin",
  ],
  [
    (node) => cni(node, '10-lan.conflist' as never),
    "cni: conflist must be the file's content, such as JSON.parse(readFileSync('10-lan.conflist', 'utf8')): received a text",
  ],
  [
    (node) => cni(node, '{ "name": "lan" }' as never),
    "cni: conflist must be the file's content, such as JSON.parse(text): received a text",
  ],
  [
    () => findCniPlugin(undefined as never),
    "findCniPlugin: type must be a plugin's file name, such as macvlan: received undefined",
  ],
  [
    (node) => cni(node, { name: 'a/b', plugins: PLUGINS }),
    "cni: name must begin with a letter or digit, and have letters, digits, dots, dashes and underscores only: received 'a/b'",
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: [] }),
    "cni: plugins must be a list such as [{ type: 'macvlan', … }]: received []",
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: [{ type: '/bin/sh' }] }),
    "cni: type must be a plugin's file name, such as macvlan: received '/bin/sh'",
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: PLUGINS, cniVersion: '0.2.0' }),
    "cni: cniVersion must be one of 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0: received '0.2.0'",
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: PLUGINS }, { path: ['/nowhere'] }),
    'cni: there is no plugin fake in /nowhere; install containernetworking-plugins, or say where: { path: [...] }',
  ],
  [
    (node) => cni(node, { name: 'lan', plugins: PLUGINS }, { path: '/opt' as never }),
    "cni: path must be a list of folders, such as ['/opt/cni/bin']: received '/opt'",
  ],
])('before a plugin is run: $1', ([make, message], { node }) => {
  expect(() => make(node)).toThrow(new UsageError(message));
});

withPlugin('what a runtime must refuse', async ({ lab, node, plugin }) => {
  const net = cni(
    node,
    { name: 'lan', plugins: PLUGINS },
    { path: await plugin(`ip link add "$CNI_IFNAME" type bridge && echo '{ "cniVersion": "1.0.0" }'`) },
  );
  await using other = createLab();
  await expect(net.add(other.namespace('ns1'))).rejects.toThrow(
    "cni lan: add: container must be a namespace of the node's lab: received a Namespace ns1",
  );
  await expect(net.add(node, { name: 'much-too-long-a-name' })).rejects.toThrow(
    'cni lan: add: name must be 1 to 15 bytes without slash, colon, percent sign or white space',
  );
  await expect(net.add(node, { args: { IP: '10.0.0.1;MAC=x' } })).rejects.toThrow(
    "cni lan: add: args must be words without semicolons: received IP: '10.0.0.1;MAC=x'",
  );
  await expect(net.add(node, { args: 'IP=10.0.0.7' as never })).rejects.toThrow(
    "cni lan: add: args must be an object such as { IP: '10.0.0.7' }: received 'IP=10.0.0.7'",
  );
  await expect(net.add(node, { capabilities: { portMapping: [] } })).rejects.toThrow(
    "cni lan: add: no plugin of the conflist declares the capability 'portMapping', so none would get it; " +
      'the plugin declares it by capabilities: { portMapping: true }',
  );
  await expect(net.check(node)).rejects.toThrow('cni lan: node/eth0 is not attached: add it first');
  await net.add(node);
  await expect(net.add(node)).rejects.toThrow(
    'cni lan: node/eth0 is attached already; an attachment is a container and an interface name',
  );
  expect(lab.namespaces).toEqual([node]);
});

withPlugin.for<[script: string, message: string, code: number | undefined]>([
  [
    `echo '{ "code": 11, "msg": "busy", "details": "another ADD is under way" }'; exit 1`,
    'cni ADD lan, plugin fake, ns1/eth0: busy\n  code: 11 (try again later)\n  details: another ADD is under way',
    11,
  ],
  [`echo '{ "code": 107, "msg": "no room" }'; exit 1`, 'cni ADD lan, plugin fake, ns1/eth0: no room\n  code: 107', 107],
  [
    'echo panic: nil map >&2; exit 2',
    'cni ADD lan, plugin fake, ns1/eth0: it ended with exit code 2, and printed nothing\n  stderr: panic: nil map',
    undefined,
  ],
  [
    `printf '{ "code": 107, "msg": "\\\\u001b[2J", "details": "x\\\\n::add-mask::x" }'; exit 1`,
    'cni ADD lan, plugin fake, ns1/eth0: ␛[2J\n  code: 107\n  details: x\n: :add-mask::x',
    107,
  ],
  [':', 'cni ADD lan, plugin fake, ns1/eth0: it ended with exit code 0, and printed nothing', undefined],
  [
    'echo hello',
    'cni ADD lan, plugin fake, ns1/eth0: it ended with exit code 0, and printed no JSON object: hello',
    undefined,
  ],
])('a plugin that fails: %s', async ([script, message, code], { lab, node, plugin }) => {
  const net = cni(node, { name: 'lan', plugins: PLUGINS }, { path: await plugin(script) });
  const failure = await net.add(lab.namespace('ns1')).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CniError);
  expect(failure).toMatchObject({ code });
  const { message: said, stack = '' } = failure as CniError;
  expect(said).toBe(message);
  const [first] = stack.split('\n').filter((line) => line.startsWith('    at ') && !line.includes('(node:'));
  expect(first).toContain('cni-errors.spec.ts');
});
