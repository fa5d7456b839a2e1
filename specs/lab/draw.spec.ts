import { createLab, expect, type Interface, test } from 'hairpin';

// At first: a ── sw ── r ── b
test('a lab draws itself as it is now, and a snapshot of it is that drawing', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const sw = lab.switch('sw');
  lab.cable(a, sw);
  lab.cable(r, sw);
  const cable = lab.cable(r, b);
  expect(lab).toMatchInlineSnapshot(`[a] eth0 ── p0 {sw} p1 ── eth0 <r> eth1 ── eth0 [b]`);
  cable.unplug();
  expect(String(lab)).toBe('[a] eth0 ── p0 {sw} p1 ── eth0 <r> eth1 ╌╌ eth0 (down) [b]');
  cable.delete();
  expect(lab.draw()).toBe('[a] eth0 ── p0 {sw} p1 ── eth0 <r>\n[b]');
});

// a ── b, which gets a macvlan on eth0
test('addresses are in it on request, and changes that a program makes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(lab.draw({ addresses: true })).toBe('[a] eth0 10.0.0.1/24 fd00::1/64 ── eth0 10.0.0.2/24 fd00::2/64 [b]');
  await b.exec('ip', ['link', 'add', 'link', 'eth0', 'name', 'm0', 'type', 'macvlan', 'mode', 'bridge']);
  await b.exec('ip', ['address', 'flush', 'dev', 'eth0']);
  expect(lab.draw({ addresses: true })).toBe('[a] eth0 10.0.0.1/24 fd00::1/64 ── eth0 ─ m0 (macvlan bridge, down) [b]');
});

// a ── eth0 (node) eth1 ── b, where a program makes a bridge of node's two ends; c is on the bridge
test('a bridge of a host stands for itself, and its ports name it', async ({ lab }) => {
  const [a, node, b, c] = [lab.namespace('a'), lab.namespace('node'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, node);
  lab.cable(node, b);
  await node.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge']);
  for (const port of ['eth0', 'eth1']) await node.exec('ip', ['link', 'set', port, 'master', 'br0']);
  const [bridge] = lab.discover() as [Interface];
  c.macvlan({ parent: bridge, mode: 'bridge', name: 'm0' });
  expect(lab).toMatchInlineSnapshot(`
    [a] eth0 ── eth0 (port of br0) [node] br0 (bridge) ── m0 (macvlan bridge) [c]
    [b] eth0 ── eth1 (port of br0)
  `);
});

test('a closed lab has its names alone', async () => {
  const lab = createLab();
  lab.namespace('a');
  await lab.close();
  expect(String(lab)).toBe('lab [a]');
  expect(() => lab.draw()).toThrow('lab.draw: the lab is closed');
  expect(() => lab.toJSON()).toThrow('lab.toJSON: the lab is closed');
});

test.for<[unknown, string]>([
  [{ address: true }, "lab.draw: there is no option 'address'; the options are addresses"],
  [{ addresses: 'all' }, "lab.draw: addresses must be true or false: received 'all'"],
])('draw(%j) is refused', ([options, message], { lab }) => {
  expect(() => lab.draw(options as never)).toThrow(message);
});

// a ── b
test('its JSON is plain data: what the kernel says of each namespace', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const state = JSON.parse(JSON.stringify(lab));
  expect(state.namespaces.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
  const { stdout } = await a.exec('ip', ['-json', 'address', 'show', 'dev', 'eth0']);
  const [{ ifindex, address, addr_info }] = JSON.parse(stdout);
  expect(state.namespaces[0].links.find(({ name }: { name: string }) => name === 'eth0')).toMatchObject({
    index: ifindex,
    mac: address,
    peer: { namespace: 'b' },
  });
  const { addresses } = state.namespaces[0] as { addresses: { index: number; address: string }[] };
  expect(
    addresses
      .filter(({ index }) => index === ifindex)
      .map((each) => each.address)
      .sort(),
  ).toEqual(addr_info.map(({ local }: { local: string }) => local).sort());
});

// a ── b
test('in a difference they are names, not what is behind them', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  expect(JSON.stringify([a, cable])).toBe('["a",{"a":"a/eth0","b":"b/eth0"}]');
  // vitest copies mere objects before it compares their texts. A copy is in no lab, and so has no name.
  const kinds = [lab, a, cable.a].map((each) => Object.prototype.toString.call(each));
  expect(kinds).toEqual(['[object Lab]', '[object Namespace]', '[object Interface]']);
});
