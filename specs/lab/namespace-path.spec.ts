import { expect, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';

// a ── b
test("whoever asks for the path of a namespace may change it: not all there is hairpin's own doing any more", async ({
  lab,
}) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
  expect(engineOf(lab).isPristine).toBe(true);
  expect(a.path).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
  expect(engineOf(lab).isPristine).toBe(false);
});
