import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';

const ENTRY = fileURLToPath(new URL('../../lib/lab.ts', import.meta.url));

const SCRIPT = `
import { createLab } from ${JSON.stringify(ENTRY)};
await using lab = createLab();
const [a, b] = [lab.namespace('a'), lab.namespace('b')];
lab.cable(a, b);
console.log(String(await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), { protocol: 'icmp' })));`;

// host: a script with hairpin/lab, without vitest ─ a ── b
test("lab.trace is there in a script, too: 'hairpin/lab' brings it", async ({ lab }) => {
  const args = ['--input-type=module', '-e', SCRIPT];
  const { stdout } = await lab.namespace('host').exec(process.execPath, args);
  expect(stdout.replaceAll(/\bid \d+/g, 'id N')).toBe(`ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq 1
  a/eth0 → b/eth0
ICMP echo reply 10.0.0.2 > 10.0.0.1 id N seq 1
  b/eth0 → a/eth0`);
});
