import { expect, type Lab, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

const HINT =
  'hairpin itself listened at tcp port 8080 of node, since no program did: { listen: false } asks programs alone';
const ASKED = { by: 'tcp', port: 8080 } as const;

// client ── eth0 (node) eth1 ── pod, with a server at port 80
async function build(lab: Lab) {
  const [client, node, pod] = [lab.namespace('client'), lab.router('node'), lab.namespace('pod')];
  const { b: eth0 } = lab.cable(client, node);
  lab.cable(pod, node);
  const script = "require('net').createServer().listen(80, () => console.log('ready'))";
  await pod.daemon(process.execPath, ['-e', script], { ready: { log: 'ready' } });
  return { client, node, pod, published: String(eth0.address.list()[0]?.address) };
}

test('an answer of hairpin itself at a published port is told from that of a program', async ({ lab }) => {
  const { client, pod, published } = await build(lab);
  const negative = await failureOf(expect(client).not.toReach(published, ASKED));
  expect(negative).toContain(`\nHint: ${HINT}`);
  const detour = await failureOf(expect(client).toReach(published, { ...ASKED, through: pod, within: 50 }));
  expect(detour).toContain(', not through pod\n');
  expect(detour).toContain(`\nHint: ${HINT}`);
  await expect(client).not.toReach(published, { ...ASKED, listen: false });
});

test('an answer of a program behind a translation does not count as an answer of hairpin', async ({ lab }) => {
  const { client, node, pod, published } = await build(lab);
  const to = pod.interface().address.list()[0]?.address;
  await addRules(node, 'ip nat pre { type nat hook prerouting priority -100; }', [`tcp dport 8080 dnat to ${to}:80`]);
  await expect(client).toReach(published, { ...ASKED, through: pod });
  expect(await failureOf(expect(client).not.toReach(published, ASKED))).not.toContain('hairpin itself');
});

test('without a port in the spec everybody knows that hairpin listens', async ({ lab }) => {
  const { client, published } = await build(lab);
  expect(await failureOf(expect(client).not.toReach(published, { by: 'tcp' }))).not.toContain('hairpin itself');
});
