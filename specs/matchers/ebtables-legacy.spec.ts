import { createLab, describe, diagnosisOf, expect, type Lab, test } from 'hairpin';
import { needs, withoutPrograms } from '../needs.ts';

/** By trying. */
async function hasEbtables(): Promise<boolean> {
  if (withoutPrograms('ebtables-legacy')) return true;
  await using lab = createLab();
  const { exitCode } = await lab.namespace('a').exec('ebtables-legacy', ['-L'], { reject: false });
  return exitCode === 0;
}

// a ── sw ── b
function build(lab: Lab) {
  const [a, sw, b] = [lab.namespace('a'), lab.switch('sw'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  const add = (...rule: string[]) => sw.exec('ebtables-legacy', ['-A', 'FORWARD', '-p', 'IPv4', ...rule]);
  return { a, sw, b, add };
}

describe.skipIf(!(await hasEbtables()))('needs CONFIG_BRIDGE_NF_EBTABLES, CONFIG_BRIDGE_EBT_T_FILTER', () => {
  needs('ebtables-legacy');

  test('a rule of ebtables-legacy may let one packet in a second pass', async ({ lab }) => {
    const { a, b, add } = build(lab);
    const requests = ['--ip-destination', '10.0.0.2'];
    await add(...requests, '--limit', '1/second', '--limit-burst', '1', '-j', 'ACCEPT');
    await add(...requests, '-j', 'DROP');
    await expect(a).toReach(b);
    for (let round = 0; round < 2; round++)
      await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
  });

  test('a single frame proves nothing', async ({ lab }) => {
    const { a, b, add } = build(lab);
    await add('-j', 'DROP');
    await expect(expect(b.interface()).not.toHear(a)).rejects.toThrow(
      'inconclusive: a packet filter of sw may have dropped the only frame by chance',
    );
  });

  test('what its rules drop has no other reason', async ({ lab }) => {
    const { a, b, add } = build(lab);
    await add('-j', 'DROP');
    const error = await expect(a)
      .toReach(b)
      .catch((thrown: unknown) => thrown);
    expect(diagnosisOf(error)?.code).toMatch(/^(unknown|filter\.)/);
    await expect(a).not.toReach(b);
  });
});
