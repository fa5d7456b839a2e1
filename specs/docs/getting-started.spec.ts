import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Lab, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';
import { failureOf } from '../matchers/failure-of.ts';

const text = await readFile(join(ROOT, 'docs/getting-started.md'), 'utf8');

// pc ── office ── r ── servers ── web
function build(lab: Lab) {
  const [office, servers] = [lab.switch('office'), lab.switch('servers', { subnets: ['192.168.7.0/24'] })];
  const [pc, r, web] = [lab.namespace('pc'), lab.router('r'), lab.namespace('web')];
  lab.cable(pc, office);
  lab.cable(r, office);
  lab.cable(r, servers, { a: { address: '192.168.7.254' } });
  lab.cable(web, servers, { a: { address: '192.168.7.20' } });
  return { pc, r, web };
}

/** Numbers that change from run to run as N; without the lines that only root gets, or only a run with its files. */
const exact = (message = '') =>
  message
    .replace(/\n(Kernel|Capture): .*/g, '')
    .replaceAll(/\d+ probes|(id|seq) \d+/g, 'N')
    .trim();

test('its drawing is one of its network', ({ lab }) => {
  build(lab);
  expect(text).toContain(`\`\`\`\n${lab.draw()}\n\`\`\``);
});

test('its failure is a real one, and the cause has the code that it says', async ({ lab }) => {
  const { pc, r, web } = build(lab);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  const shown = /```\n(expect\(pc\).toReach\(web\)\n.*?)```/s.exec(text)?.[1];
  expect(exact(shown)).toBe(exact(await failureOf(expect(pc).toReach(web))));
  const [, code] = /expect\(pc\)\.not\.toReach\(web, \{ droppedBy: '([\w.-]+)' \}\)/.exec(text) ?? [];
  await expect(pc).not.toReach(web, { droppedBy: code as 'router.forwarding-off' });
});
