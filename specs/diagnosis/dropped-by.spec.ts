import { diagnosisOf, expect, type Lab, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── p0 (sw) p1 ── b
function build(lab: Lab) {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const [{ b: p0 }, { b: p1 }] = [lab.cable(a, sw), lab.cable(b, sw)];
  return { a, b, sw, p0, p1 };
}

test('a negative that was lost for this very cause passes', async ({ lab }) => {
  const { a, b, sw, p0, p1 } = build(lab);
  p0.set({ isolated: true });
  p1.set({ isolated: true });
  await expect(a).not.toReach(b, { droppedBy: 'bridge.isolated' });
  for (const at of [sw, p0, p1]) await expect(a).not.toReach(b, { droppedBy: 'bridge.isolated', at });
});

test('one that was lost for another cause fails, and says which', async ({ lab }) => {
  const { a, b, p1 } = build(lab);
  p1.set({ bcastFlood: false });
  const failure = await failureOf(expect(a).not.toReach(b, { droppedBy: 'bridge.isolated' }));
  expect(failure).toMatch(/^Expected: {4}no answer, dropped by bridge.isolated$/m);
  expect(failure).toMatch(/^Dropped by: {2}bridge.bcast-flood-off, last seen at sw\/p0; a setting of sw\/p1, sw$/m);
  expect(failure).toContain('✗ sw/p1 sends no broadcast: bcast_flood is off');
});

test('one that was lost elsewhere fails', async ({ lab }) => {
  const { a, b, sw, p0 } = build(lab);
  b.interface().set({ up: false });
  await expect(a).not.toReach('10.0.0.2', { droppedBy: 'link.no-carrier', at: sw });
  const failure = await failureOf(expect(a).not.toReach('10.0.0.2', { droppedBy: 'link.no-carrier', at: a }));
  expect(failure).toMatch(/^Expected: .* dropped by link.no-carrier at a$/m);
  expect(failure).toMatch(
    new RegExp(`^Dropped by: +link.no-carrier, last seen at ${p0}; a setting of sw/p1, b/eth0, sw, b$`, 'm'),
  );
});

test('one that was answered fails', async ({ lab }) => {
  const { a, b } = build(lab);
  expect(await failureOf(expect(a).not.toReach(b, { droppedBy: 'bridge.isolated' }))).toContain('an answer after');
});

test('a probe that never left counts, where its cause is asked for', async ({ lab }) => {
  const { a } = build(lab);
  await expect(a).not.toReach('192.0.2.1', { droppedBy: 'route.none', at: a });
});

test('the rule that the kernel names', async ({ lab }) => {
  const { a, b } = build(lab);
  await b.exec('nft', ['-f', '-'], {
    input: 'table inet f { chain c { type filter hook input priority 0; icmp type echo-request drop; }; }',
  });
  await expect(a).not.toReach(b, { droppedBy: 'nft.drop', at: b });
});

test('nobody listens', async ({ lab }) => {
  const { a, b } = build(lab);
  await expect(a).not.toReach(b, { by: 'tcp', port: 80, listen: false, droppedBy: 'socket.none', at: b });
});

test('a frame that nobody hears', async ({ lab }) => {
  const { a, b, sw, p1 } = build(lab);
  p1.set({ bcastFlood: false });
  await expect(b).not.toHear(a, { droppedBy: 'bridge.bcast-flood-off', at: sw });
  await expect(b).toHear(a, { copies: 0, droppedBy: 'bridge.bcast-flood-off' });
  const failure = await failureOf(expect(b).not.toHear(a, { droppedBy: 'link.down' }));
  expect(failure).toMatch(/^Dropped by: {2}bridge.bcast-flood-off, last seen at sw\/p0; a setting of sw\/p1, sw$/m);
});

test('a receiver that is down', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().set({ up: false });
  await expect(b).not.toHear(a, { frame: 'arp', droppedBy: 'link.down', at: b });
});

test('the diagnosis of an error, as data', async ({ lab }) => {
  const { a, b, p0, p1 } = build(lab);
  p0.set({ isolated: true });
  p1.set({ isolated: true });
  const error = await expect(a)
    .toReach(b, { within: 50 })
    .catch((error: unknown) => error);
  expect(diagnosisOf(error)).toMatchObject({
    code: 'bridge.isolated',
    facts: { ingress: 'sw/p0', egress: 'sw/p1' },
    outcome: 'lost',
    certainty: 'model',
    of: 'probe',
    lastSeen: 'sw/p0',
    text: 'sw/p0 and sw/p1 are isolated: isolated ports do not talk to each other',
    hint: 'set({ isolated: false }) on one of them',
  });
  expect(diagnosisOf(new Error('another'))).toBeUndefined();
});

test('a table that does not match has the diagnosis of the pair that was asked again', async ({ lab }) => {
  const { p0, p1 } = build(lab);
  p0.set({ isolated: true });
  p1.set({ isolated: true });
  const table = `
      a b
    a . ✓
    b ✓ .
  `;
  const error = await expect(lab)
    .toMatchReachability(table)
    .catch((error: unknown) => error);
  expect(diagnosisOf(error)).toMatchObject({ code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' } });
});

test('wrong usage', async ({ lab }) => {
  const { a } = build(lab);
  const wrong = (options: object) => failureOf(expect(a).not.toReach('10.0.0.2', options));
  expect(await wrong({ droppedBy: 'bridge.isolatd' })).toMatch(
    /: droppedBy must be a code of docs\/diagnoses\.md \(the nearest are bridge\.isolated, [^,]*, [^,]*\): received 'bridge\.isolatd'$/,
  );
  expect(await wrong({ droppedBy: 'firewall' })).toMatch(
    /: droppedBy must be a code of docs\/diagnoses\.md, such as nft\.drop, nft\.policy, .*: received 'firewall'$/,
  );
  expect(await wrong({ droppedBy: 'link.down', because: 'lost' })).toContain(
    'droppedBy says more than because: leave one of them out',
  );
  expect(await wrong({ at: 'sw' })).toContain('at belongs to droppedBy');
  expect(await wrong({ droppedBy: 'link.down', at: 'sw' })).toContain(
    "at must be a port, an interface or a namespace of the lab: received 'sw'",
  );
  const positive = expect(a).toReach('10.0.0.2', { droppedBy: 'link.down' });
  expect(await failureOf(positive)).toContain('droppedBy belongs to .not.toReach');
});
