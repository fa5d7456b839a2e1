import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';

// a ── eth0 (r) eth1 ── b

/** The example of docs/failures.md that begins with a call; numbers that change from run to run as N, no word of the kernel. */
async function shown(call: string): Promise<string> {
  const text = await readFile(fileURLToPath(new URL('../../docs/failures.md', import.meta.url)), 'utf8');
  const example = text.split('```').find((block) => block.startsWith(`\n${call}\n`)) ?? '';
  return exact(example.trim().replace(/^Kernel: .*\n/m, ''));
}

function exact(message: string): string {
  return message.replaceAll(/\b(id|seq|packets|bytes|\() ?\d+/g, '$1 N').replaceAll(/\d+ probes|:\d{4,5} >/g, 'N');
}

test('the packet filter in docs/failures.md is a real one', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'inet filter input { type filter hook input priority 0; }', [
    'ct state established,related accept',
    'icmp type echo-request counter drop',
  ]);
  expect(exact(await failureOf(expect(a).toReach(b)))).toBe(await shown('expect(a).toReach(b)'));
});

test("the kernel's word in docs/failures.md is a real one", async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  const failure = await failureOf(expect(a).toReach(b, { by: 'udp', port: 53, listen: false }));
  expect(exact(failure)).toBe(await shown("expect(a).toReach(b, { by: 'udp', port: 53, listen: false })"));
});
