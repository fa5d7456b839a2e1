import { expect, type Lab, test } from 'hairpin';

// a:eth1 ── br:p0, br:p1 ── b:eth1 (its addresses come by exec)
const FILE = `name: pair
topology:
  defaults: { kind: linux }
  kinds:
    linux:
      image: alpine:3
      sysctls: { net.ipv4.ip_default_ttl: 33 }
  nodes:
    a:
      exec:
        - ip address add 10.0.0.1/24 dev eth1
    b:
      binds: [./b:/b]
      exec: [ip address add 10.0.0.2/24 dev eth1, "sh -c 'ip route add 10.9.0.0/16 via 10.0.0.1'"]
    br: { kind: bridge }
  links:
    - endpoints: ["a:eth1", "br:p0"]
      mtu: 1400
    - type: veth
      endpoints:
        - { node: b, interface: eth1, mac: "02:00:00:00:77:77" }
        - { node: br, interface: p1 }
`;

test('nodes of kind linux and bridge, their links and exec lines', async ({ lab }) => {
  const pair = await lab.load({ text: FILE, name: 'pair.clab.yml' });
  const [a, b] = [pair.namespace('a'), pair.namespace('b')];

  await expect(a).toReach(b, { through: pair.switch('br') });
  const [link] = JSON.parse((await b.exec('ip', ['-j', 'address', 'show', 'eth1'])).stdout);
  expect(link.address).toBe('02:00:00:00:77:77');
  expect(link.addr_info.filter(({ family }: { family: string }) => family === 'inet')).toMatchObject([
    { local: '10.0.0.2', prefixlen: 24 },
  ]);
  expect(pair.interface('a/eth1').state().mtu).toBe(1400);
  expect(pair.interface('b/eth1').state().mtu).toBe(9500);
  expect(b.route.list().map(({ to }) => to)).toContain('10.9.0.0/16');
  expect(b.sysctl.get('net.ipv4.ip_default_ttl')).toBe('33');
  expect(pair.leftOut).toEqual([
    "pair.clab.yml:6:7: image, which is a container's: a node of a lab is a namespace",
    "pair.clab.yml:13:7: binds, which is a container's: a node of a lab is a namespace",
  ]);
});

async function refusal(lab: Lab, text: string): Promise<string | undefined> {
  return lab.load({ text, name: 'x.clab.yml' }).then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

test.for<[about: string, text: string, message: string]>([
  [
    'another kind',
    'topology:\n  nodes:\n    srl: { kind: nokia_srlinux }\n',
    "x.clab.yml:3:18: a lab has nodes of kind linux (a host) and bridge (a switch) only: received 'nokia_srlinux'",
  ],
  [
    'no kind',
    'topology:\n  nodes:\n    a: { image: alpine }\n',
    'x.clab.yml:3:8: a lab has nodes of kind linux (a host) and bridge (a switch) only: received undefined',
  ],
  [
    'links beside the topology',
    'topology: { nodes: }\nlinks: []\n',
    "x.clab.yml:2:1: there is no key 'links' in a containerlab file; the keys are name, prefix, mgmt, settings, debug, topology",
  ],
  [
    'a node that is not there',
    'topology:\n  nodes: { a: { kind: linux } }\n  links:\n    - endpoints: ["a:eth1", "c:eth1"]\n',
    "x.clab.yml:4:29: there is no node 'c'; did you mean 'a'?",
  ],
  [
    'a link to the machine',
    'topology:\n  nodes: { a: { kind: linux } }\n  links:\n    - endpoints: ["a:eth1", "host:eth1"]\n',
    'x.clab.yml:4:29: host: is outside of the lab, and a lab has no link to there',
  ],
  [
    'a key of the network that a lab cannot follow',
    'topology:\n  nodes:\n    a: { kind: linux, startup-config: a.cfg }\n',
    "x.clab.yml:3:23: there is no key 'startup-config' that a lab could follow; hairpin reads kind, exec, sysctls, network-mode",
  ],
  [
    'a wrong value, at the link',
    'topology:\n  nodes: { a: { kind: linux }, b: { kind: linux } }\n  links:\n    - endpoints: ["a:eth1", "b:eth1"]\n      mtu: 12\n',
    'x.clab.yml:5:12: lab.cable(a, b): mtu must be a whole number from 68 to 65535: received 12',
  ],
])('%s', async ([, text, message], { lab }) => {
  expect(await refusal(lab, text)).toBe(message);
});
