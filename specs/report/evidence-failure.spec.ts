import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'hairpin';
import schema from '../../schemas/failure.json' with { type: 'json' };
import { hairpin } from '../cli/hairpin.ts';
import { ISOLATE, OTHERS_FAIL, runProject } from './evidence-project.ts';

// host: vitest, on a project whose tests fail, each by another kind of assertion; reader: hairpin explain
//
// a ── p0 (isolated) sw (isolated) p1 ── b
const TESTS = `${ISOLATE}test('reaches', async ({ lab }) => {
  const { a, b } = isolate(lab);
  await expect(a).toReach(b, { within: 20 });
});
test('is-reached', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).not.toReach(b);
});
test('goes-elsewhere', async ({ lab }) => {
  const { a } = isolate(lab);
  await expect(a).not.toReach('192.0.2.1');
});
${OTHERS_FAIL}
test('links', { retry: 1 }, async ({ lab }) => {
  const { a } = isolate(lab);
  await expect(a).toHaveLink({ name: 'eth0', mtu: 9000 }, { within: 20 });
});
test('sysctls', async ({ lab }) => {
  const { a } = isolate(lab);
  await expect(a).toHaveSysctl('net.ipv4.ip_forward', 1, { within: 20 });
});
test('tells', async ({ lab }) => {
  const { a } = isolate(lab);
  await expect(a.monitor('route')).toTell({ to: '10.9.0.0/16' }, { within: 20 });
});
test('stays', async ({ lab }) => {
  const { a, b } = isolate(lab);
  await expect(a).toStayReachable(b, { while: () => {} });
});`;

const FAILING = ['behaves', 'goes-elsewhere', 'hears', 'is-reached', 'links', 'links-attempt2', 'matches', 'reaches'];

const validate = new Ajv2020({ allErrors: true }).compile(schema);

test('each failure is a file as the schema says, is in the JSON report, and explain prints it in its own words', async ({
  lab,
  onTestFinished,
}) => {
  const { root, all, results, folders, json } = await runProject(lab, '', TESTS, onTestFinished);
  const names = [...FAILING, 'stays', 'sysctls', 'tells'];
  expect(folders.map((folder) => folder.replace(/^some\.test\.ts-|-[\da-f]{8}(?=$|-)/g, ''))).toEqual(names);
  const metas = json.testResults[0].assertionResults.flatMap((result: Result) => result.meta.hairpin.attempts);
  const explained = await hairpin(lab.namespace('reader'), ['explain'], { cwd: root });
  expect(explained).toMatchObject({ exitCode: 0, stderr: '' });
  for (const folder of folders) {
    const file = join(results, folder, 'failure.json');
    const failure = JSON.parse(await readFile(file, 'utf8'));
    validate(failure);
    expect(validate.errors, folder).toBeNull();
    const { test: failed, files, ...meta } = failure;
    expect(failed.file).toBe('some.test.ts');
    expect(files).toEqual(expect.arrayContaining(['lab.pcapng', 'lab.sh', 'state.txt']));
    expect(metas.map(({ failure: told }: { failure: unknown }) => told)).toContainEqual(meta);
  }
  // Each message, as vitest's own reporter has it.
  const messages = explained.stdout.split(/^some\.test\.ts > .*\n\n/m).slice(1);
  expect(messages).toHaveLength(names.length);
  for (const message of messages) expect(all).toContain(message.trimEnd());
});

interface Result {
  meta: { hairpin: { attempts: { failure: unknown }[] } };
}

test('a failure has who asked whom, the device that lost the packet, why, and what to do', async ({
  lab,
  onTestFinished,
}) => {
  const { root, folders } = await runProject(lab, '', TESTS.split('test(').slice(0, 2).join('test('), onTestFinished);
  expect(folders).toEqual(['some.test.ts-reaches']);
  const folder = 'test-results/some.test.ts-reaches';
  const failure = JSON.parse(await readFile(join(root, folder, 'failure.json'), 'utf8'));
  expect(failure).toMatchObject({
    version: 1,
    test: { file: 'some.test.ts', name: 'reaches', attempt: 1 },
    question: 'expect(a).toReach(b, { within: 20 })',
    inconclusive: false,
    from: { namespace: 'a', device: 'a/eth0', address: '10.0.0.1' },
    to: { namespace: 'b', address: '10.0.0.2' },
    diagnosis: { code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' }, lastSeen: 'sw/p0' },
    paths: [
      {
        of: 'the last probe',
        hops: [
          { at: 'a/eth0', direction: 'out' },
          { at: 'sw/p0', direction: 'in' },
        ],
      },
    ],
    hint: expect.stringContaining('isolated'),
    network: { namespaces: [{ name: 'sw' }, { name: 'a' }, { name: 'b' }] },
  });
  const reader = lab.namespace('reader');
  const { stdout } = await hairpin(reader, ['explain', folder], { cwd: root });
  expect(stdout).toContain(`some.test.ts > reaches

expect(a).toReach(b, { within: 20 })

From:      a 10.0.0.1 (eth0, veth to sw/p0)
To:        b 10.0.0.2, ICMP over IPv4
Expected:  an answer within 20 ms
Received:  none (ARP who-has 10.0.0.2 was never answered; `);
  expect(stdout).toContain(`Hint: ${failure.hint}
Capture: ${folder}/lab.pcapng   Reproduce: ${folder}/lab.sh`);
  // The folder above has the same failure.
  expect(await hairpin(reader, ['explain', 'test-results'], { cwd: root })).toMatchObject({ exitCode: 0, stdout });
  await writeFile(join(root, folder, 'failure.json'), JSON.stringify({ ...failure, version: 2 }));
  expect(await hairpin(reader, ['explain', folder], { cwd: root })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `hairpin: ${folder}/failure.json: version must be 1, which this hairpin reads: received 2`,
  });
});

// reader: hairpin explain
test('explain of what is no failure is wrong usage', async ({ lab, onTestFinished }) => {
  const { root } = await runProject(
    lab,
    '',
    `import { test } from 'hairpin';
     test('throws', ({ lab }) => {
       lab.namespace('a');
       throw new Error('something else');
     });`,
    onTestFinished,
  );
  const explain = (...args: string[]) =>
    hairpin(lab.namespace(`reader${args.length}`), ['explain', ...args], { cwd: root });
  expect(await explain()).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'hairpin explain: test-results has no failure of an assertion',
  });
  const folder = 'test-results/some.test.ts-throws';
  // One that was cut off hides no other.
  const cut = join(root, 'test-results', 'cut-off');
  await mkdir(cut, { recursive: true });
  await writeFile(join(cut, 'failure.json'), '{');
  expect(await hairpin(lab.namespace('again'), ['explain'], { cwd: root })).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^hairpin: .*cut-off\/failure\.json is no JSON: .*\nhairpin explain: /),
  });
  expect(await explain(folder)).toMatchObject({
    exitCode: 2,
    stderr: `hairpin: ${folder} has no failure.json: no assertion of hairpin has failed there`,
  });
  expect(await hairpin(lab.namespace('other'), ['explain', 'nosuch'], { cwd: root })).toMatchObject({
    exitCode: 2,
    stderr: 'hairpin: there is no nosuch: name a folder of test-results',
  });
});
