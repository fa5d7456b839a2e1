import fc from 'fast-check';
import { createLab, expect, test } from 'hairpin';
import { Referee } from './agreement.ts';
import { asSpec, build, type Plan, plan } from './random-network.ts';

/** How many networks are drawn; more by `RANDOM_NETWORKS=1000`. */
const NETWORKS = Number(process.env['RANDOM_NETWORKS'] ?? 30);

// Switches in a tree, hosts on their ports, macvlans of any mode on the hosts: who gets a frame, and by which devices.
test('model and kernel agree in networks that nobody thought of', { timeout: 1000 * NETWORKS + 60_000 }, async () => {
  const property = fc.asyncProperty(plan, async (drawn) => {
    expect(await differences(drawn)).toEqual([]);
  });
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(property, {
    numRuns: NETWORKS,
  });
  if (!failed) return;
  const [drawn] = counterexample ?? [];
  const again = `fc.check(property, { seed: ${seed}, path: '${counterexamplePath}' })`;
  throw new Error(`${errorInstance}\n\n${drawn ? asSpec(drawn) : ''}\n${again}`);
});

/** What model and kernel say of the frames of a plan, where that is not the same. */
async function differences(drawn: Plan): Promise<object[]> {
  await using lab = createLab();
  const { frames } = build(lab, drawn);
  await lab.settled();
  using referee = new Referee(lab);
  const differing: object[] = [];
  for (const [at, { from, to, length }] of frames.entries()) {
    const ways = await referee.follow(from, to, length);
    if (String(ways?.kernel) !== String(ways?.model)) differing.push({ frame: at, ...ways });
  }
  return differing;
}
