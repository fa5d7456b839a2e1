import fc from 'fast-check';
import { createLab, expect, test } from 'hairpin';
import { Referee } from './agreement.ts';
import { asSpec } from './plan-as-spec.ts';
import { build } from './random-network.ts';
import { type Plan, plan } from './random-plan.ts';

/** How many networks are drawn; more by `RANDOM_NETWORKS=1000`. */
const NETWORKS = Number(process.env['RANDOM_NETWORKS'] ?? 30);

// Switches in a tree, hosts on their ports, macvlans of any mode on the hosts: who gets a frame, and by which devices.
test('model and kernel agree in networks that nobody thought of', { timeout: 5000 * NETWORKS + 60_000 }, async () => {
  let followed = 0;
  const property = fc.asyncProperty(plan, async (drawn) => {
    const found = await differences(drawn);
    followed += found.followed;
    expect(found.differing).toEqual([]);
  });
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(property, {
    numRuns: NETWORKS,
  });
  // Where the sender cannot, there is nothing to compare.
  if (!failed) return expect(followed, 'frames that were followed').toBeGreaterThan(NETWORKS / 2);
  const [drawn] = counterexample ?? [];
  const again = `fc.check(property, { seed: ${seed}, path: '${counterexamplePath}' })`;
  throw new Error(`${errorInstance}\n\n${drawn ? asSpec(drawn) : ''}\n${again}`);
});

/** How many frames of a plan could be sent, and what model and kernel say of them, where that is not the same. */
async function differences(drawn: Plan): Promise<{ followed: number; differing: object[] }> {
  await using lab = createLab();
  const { frames } = build(lab, drawn);
  await lab.settled();
  using referee = new Referee(lab);
  const differing: object[] = [];
  let followed = 0;
  for (const [at, { from, to, length, tags }] of frames.entries()) {
    const ways = await referee.follow(from, to, length, tags);
    if (!ways) continue;
    followed++;
    if (String(ways.kernel) !== String(ways.model)) differing.push({ frame: at, ...ways });
  }
  return { followed, differing };
}
