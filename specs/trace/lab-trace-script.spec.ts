import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';

const lib = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../lib/${file}`, import.meta.url)));

const ENTRIES: [name: string, make: string][] = [
  ['hairpin/lab', `import { createLab } from ${lib('lab.ts')}; await using lab = createLab();`],
  [
    'hairpin/containers',
    `import { ContainerLab } from ${lib('containers/index.ts')}; await using lab = new ContainerLab();`,
  ],
];

const TRACED = `
const [a, b] = [lab.namespace('a'), lab.namespace('b')];
lab.cable(a, b);
console.log(String(await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), { protocol: 'icmp' })));`;

// host: a script with an entry point of hairpin, without vitest ─ a ── b
test.for(ENTRIES)("lab.trace is there in a script, too: '%s' brings it", async (entry, { lab }) => {
  const args = ['--input-type=module', '-e', `${entry[1]}${TRACED}`];
  const { stdout } = await lab.namespace('host').exec(process.execPath, args);
  expect(stdout).toBe(`ICMP echo request 10.0.0.1 > 10.0.0.2 id #1 seq 1
  a/eth0 → b/eth0
ICMP echo reply 10.0.0.2 > 10.0.0.1 id #1 seq 1
  b/eth0 → a/eth0`);
});

// no network: the lab of a script that has loaded no entry point
test('a lab that no entry point of hairpin made says what to import', async ({ lab }) => {
  const script = `import { createLab } from ${lib('lab/index.ts')}; await using lab = createLab();
    console.log(await lab.trace(() => {}).catch(({ message }) => message));`;
  const { stdout } = await lab.namespace('host').exec(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe("this lab was made without an entry point of hairpin: import 'hairpin/lab'");
});
