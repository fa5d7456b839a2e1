import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate
//
// a ── fw ── b, whose firewall drops what goes to b
const FIREWALL = `import { expect, test } from 'hairpin';
test('the firewall keeps a from b', async ({ lab }) => {
  const [a, fw, b] = [lab.namespace('a'), lab.router('fw'), lab.namespace('b')];
  lab.cable(a, fw);
  lab.cable(b, fw);
  await fw.exec('nft', ['table ip t { chain c { type filter hook forward priority 0; policy drop; }; }']);
  await expect(a).not.toReach(b, { droppedBy: 'nft.policy', at: fw });
  await expect(b).not.toHear(a, {
    frame: { destination: fw.interface('eth0').mac, ip: {}, udp: {} },
    droppedBy: 'nft.policy',
    at: fw,
  });
});`;

test('a rule of a packet filter is a cause that a mutated test may ask for', async ({ lab, onTestFinished }) => {
  const result = await mutateProject(lab, { 'firewall.test.ts': FIREWALL }, ['firewall'], onTestFinished);
  expect(result).toMatchObject({ stderr: '', stdout: expect.stringMatching(/mutants noticed: score [1-9]/) });
});
