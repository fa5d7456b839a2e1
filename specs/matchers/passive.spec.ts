import { expect, type Lab, test } from 'hairpin';
import { runProject } from '../report/evidence-project.ts';

// host: vitest, on tests whose network counts what is sent: a ── eth0 (r) eth1 ── b
const TESTS = `import { expect, test } from 'hairpin';

async function build(lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  const chain = (name) => \`add chain inet t \${name} { type filter hook \${name} priority 0; policy drop; }\`;
  const rules = 'add rule inet t forward icmp type echo-request counter; add rule inet t input meta l4proto udp counter';
  await r.exec('nft', [\`add table inet t; \${chain('forward')}; \${chain('input')}; \${rules}\`]);
  return { a, r, b };
}

const messageOf = (assertion) => assertion.then(() => { throw new Error('it passed'); }, ({ message }) => message);

async function report(what, r, chain, message) {
  const { stdout } = await r.exec('nft', ['list', 'chain', 'inet', 't', chain]);
  const [, packets] = /counter packets (\\d+)/.exec(stdout);
  const [, probes] = /(\\d+) probes?\\)/.exec(message) ?? [, '1'];
  console.log(\`\${what}: \${probes} sent, \${packets} counted\`);
  console.log(message);
}

test('toReach', async ({ lab }) => {
  const { a, r, b } = await build(lab);
  await report('toReach', r, 'forward', await messageOf(expect(a).toReach(b, { within: 50, neighbours: 'kept' })));
});

test('toHear', async ({ lab }) => {
  const { a, r } = await build(lab);
  await report('toHear', r, 'input', await messageOf(expect(r.interface('eth0')).toHear(a, { within: 50 })));
});
`;

async function run(lab: Lab, options: string, onTestFinished: Parameters<typeof runProject>[3]) {
  const { all } = await runProject(lab, options, TESTS, onTestFinished);
  const counted = [...all.matchAll(/(toReach|toHear): (\d+) sent, (\d+) counted/g)];
  return { all, counted: counted.map(([, what, sent, packets]) => ({ what, more: Number(packets) - Number(sent) })) };
}

test("diagnose: 'passive' sends nothing more, and says that there are packet filters", async ({
  lab,
  onTestFinished,
}) => {
  const { all, counted } = await run(lab, "{ diagnose: 'passive' }", onTestFinished);
  expect(counted).toEqual([
    { what: 'toReach', more: 0 },
    { what: 'toHear', more: 0 },
  ]);
  expect(all).not.toContain('dropped by');
  expect(all).toContain('Hint: r has packet filters that may have dropped it: nft list ruleset');
});

test('by default one more probe tells which rule it was', async ({ lab, onTestFinished }) => {
  const { all, counted } = await run(lab, '', onTestFinished);
  for (const { more } of counted) expect(more).toBeGreaterThan(0);
  expect(all).toContain('✗ dropped by the packet filter of r, table inet t, chain forward (hook forward): policy drop');
  expect(all).toContain('✗ dropped by the packet filter of r, table inet t, chain input (hook input): policy drop');
});
