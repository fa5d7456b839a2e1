import { expect, test } from 'hairpin';

// a ── b
test("whoever asks for the path of a namespace may change it: not all there is hairpin's own doing any more", async ({
  lab,
}) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
  expect(lab.isPristine).toBe(true);
  expect(a.path).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
  expect(lab.isPristine).toBe(false);
});
