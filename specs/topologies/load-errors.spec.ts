import { expect, type Lab, test } from 'hairpin';

const CABLE = `namespaces: { host: , sw: { role: switch } }
links:
  - { a: host/up0, b: sw/p0 }
`;

async function refusal(lab: Lab, text: string): Promise<string> {
  const error = await lab.load({ text, name: 'office.yaml' }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return error?.message ?? 'no error';
}

test.for<[about: string, text: string, message: string]>([
  [
    'a text that is no YAML',
    'namespaces: { a: ',
    'office.yaml:1:18: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  [
    'two documents',
    'namespaces: { a: }\n---\nnamespaces: { b: }\n',
    'office.yaml:2:1: a topology file is one document: take out what stands behind the line ---',
  ],
  [
    'an entry of a switch without its port',
    'namespaces: { sw: { role: switch, fdb: [{ mac: "02:00:00:00:00:99" }] } }\n',
    'office.yaml:1:41: sw.fdb.add: port must be a port of sw, such as an end of a cable there: received undefined',
  ],
  [
    'a list in place of a mapping',
    '- a\n',
    "office.yaml:1:1: a topology must be a mapping (key: value): received ['a']",
  ],
  [
    'no namespaces',
    'links: []\n',
    'office.yaml:1:1: namespaces must be given: the names of hosts, routers and switches, such as { a: , b: }',
  ],
  [
    'an unknown key at the top',
    'namespaces: { a: }\nlink: []\n',
    "office.yaml:2:1: there is no key 'link' in a topology; did you mean 'links'?",
  ],
  [
    'an unknown key of a host',
    'namespaces:\n  a:\n    rotes: []\n',
    "office.yaml:3:5: there is no key 'rotes' in a host; did you mean 'routes'?",
  ],
  [
    'a key that is near no other',
    'namespaces: { a: { bgp: true } }\n',
    "office.yaml:1:20: there is no key 'bgp' in a host; the keys are role, sysctls, exec, nexthops, routes, mroutes, rules, neighbours, addrlabels, fou, mptcpLimits, mptcpEndpoints, vnis, xfrmStates, xfrmPolicies, xfrmDefaults",
  ],
  [
    'a role that there is none of',
    'namespaces: { a: { role: ruter } }\n',
    "office.yaml:1:26: role must be one of host, router, switch: received 'ruter'; did you mean 'router'?",
  ],
  [
    'a cable to a namespace that is not there',
    `${CABLE}  - { a: hots/up1, b: sw/p1 }\n`,
    "office.yaml:4:10: there is no namespace 'hots'; did you mean 'host'?",
  ],
  [
    'a parent that is not there',
    `${CABLE}  - { kind: macvlan, name: host/m1, parent: host/up1 }\n`,
    "office.yaml:4:45: there is no device 'host/up1'; did you mean 'host/up0'?",
  ],
  [
    'a parent that is made later',
    'namespaces: { a: }\nlinks:\n  - { kind: macvlan, name: a/m1, parent: d0 }\n  - { kind: dummy, name: a/d0 }\n',
    'office.yaml:3:42: a/d0 is made further down, at office.yaml:4:5: put it before this link',
  ],
  [
    'two devices of one name',
    `${CABLE}  - { a: host/up0, b: sw }\n`,
    'office.yaml:4:10: host/up0 is there already, at office.yaml:3:10',
  ],
  [
    'a kind that there is none of',
    `${CABLE}  - { kind: macvln, name: host/m1, parent: host/up0 }\n`,
    /^office\.yaml:4:13: kind must be one of bridge, macvlan, .*: received 'macvln'; did you mean 'macvlan'\?$/.source,
  ],
  [
    'a pair with one end',
    `${CABLE}  - { kind: veth, name: host/eth0 }\n`,
    'office.yaml:4:13: a veth is no link with one end: it has two ends, a and b, and no name',
  ],
  [
    'an option of another kind',
    `${CABLE}  - { kind: macvlan, name: host/m1, parent: up0, flag: private }\n`,
    /^office\.yaml:4:50: there is no key 'flag' in a macvlan; the keys are kind, name, /.source,
  ],
  [
    'an address of a port of a switch',
    'namespaces: { host: , sw: { role: switch } }\nlinks:\n  - { a: host, b: { name: sw, address: 10.0.0.1/24 } }\n',
    /^office\.yaml:3:31: there is no key 'address' in the port of a switch; the keys are name, mac, /.source,
  ],
  [
    'a queueing discipline of a namespace',
    'namespaces: { a: { qdiscs: [{ kind: clsact }] } }\n',
    /^office\.yaml:1:20: there is no key 'qdiscs' in a host; /.source,
  ],
  [
    'a kind of queueing discipline that there is none of',
    'namespaces: { a: }\nlinks:\n  - { kind: bridge, name: a/br0, qdiscs: [{ kind: clsact }, { kind: fifo }] }\n',
    /^office\.yaml:3:69: a\/br0\.qdisc\.add: kind must be one of clsact, .*: received 'fifo'$/.source,
  ],
  [
    'a filter with a wrong action',
    'namespaces: { a: }\nlinks:\n  - { kind: bridge, name: a/br0, filters: [{ parent: ingress, matchall: {}, action: dorp }] }\n',
    /^office\.yaml:3:\d+: a\/br0\.filter\.add: control must be one of continue, .*: received 'dorp'$/.source,
  ],
  [
    'a line for a shell',
    "namespaces:\n  a:\n    exec: ['ip route | grep default']\n",
    "office.yaml:3:12: exec has no shell, and '|' is for one: run sh -c '…' for it",
  ],
  [
    'an alias without its anchor',
    'namespaces: *x\n',
    'office.yaml:1:1: Unresolved alias (the anchor must be set before the alias): x',
  ],
  [
    'a quote without an end',
    "namespaces:\n  a:\n    exec: ['echo \"one two']\n",
    `office.yaml:3:12: exec has a " that nothing closes; put it in quotes to have it as it is: received 'echo "one two'`,
  ],
  [
    'a cable where there are no namespaces',
    'namespaces: {}\nlinks: [{ a: x, b: y }]\n',
    "office.yaml:2:14: there is no namespace 'x'; the file has none",
  ],
  [
    'a wrong value of an option, in the words of the call',
    `${CABLE}  - { kind: macvlan, name: host/m1, parent: up0, mode: brdige }\n`,
    "office.yaml:4:56: host.macvlan: mode must be one of private, vepa, bridge, passthru, source: received 'brdige'",
  ],
  [
    'a wrong value of an end',
    `namespaces: { a: , b: }\nlinks:\n  - { b: b, a: { name: a/eth0, mac: 12 } }\n`,
    'office.yaml:3:37: lab.cable(a, b): mac must be a MAC address such as 02:00:00:00:00:01: received 12',
  ],
  [
    'a wrong value of a route',
    'namespaces:\n  a:\n    routes:\n      - to: 10.0.0.0/8\n        via: nowhere\n',
    "office.yaml:5:14: a.route.add: via must be an IP address such as 10.0.0.1 or fd00::1: received 'nowhere'",
  ],
  [
    'what the kernel refuses',
    'namespaces:\n  a:\n    routes: [{ to: 10.0.0.0/8, via: 10.1.0.1 }]\n',
    /^office\.yaml:3:14: ip -n a route add 10\.0\.0\.0\/8 via 10\.1\.0\.1: ENETUNREACH/.source,
  ],
  [
    'defaults that the lab was not made with',
    'defaults: kernel\nnamespaces: { a: }\n',
    "office.yaml:1:11: this lab has the defaults 'lab', and the file is for 'kernel': createLab({ defaults: 'kernel' }) makes such a lab",
  ],
])('%s', async ([, text, message], { lab }) => {
  const said = await refusal(lab, text);
  if (message.startsWith('^')) expect(said).toMatch(new RegExp(message));
  else expect(said).toBe(message);
});

test('a file that is not there, and a text in place of a file', async ({ lab }) => {
  await expect(lab.load('no-such.yaml')).rejects.toThrow(
    `lab.load: no-such.yaml cannot be read (ENOENT); relative to ${process.cwd()}`,
  );
  expect(() => void lab.load('namespaces:\n  a:\n')).toThrow(
    String.raw`lab.load: from must be a file's name, a URL, or { text: '…' }: received 'namespaces:\n  a:\n'`,
  );
});

test('a name that the file does not have', async ({ lab }) => {
  const office = await lab.load({ text: CABLE, name: 'office.yaml' });

  expect(() => office.namespace('hots')).toThrow(
    "office.yaml: there is no namespace 'hots'; did you mean 'host'? It has host, sw",
  );
  expect(() => office.cable('x')).toThrow("office.yaml: there is no cable 'x'; it has host/up0, sw/p0");
});
