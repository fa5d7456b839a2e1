import { createLab, expect, test } from 'hairpin';

// a ── sw ── b, whose ports are isolated, and no taps
test('without taps, too, a negative passes where nothing comes, and fails where something does', async () => {
  await using lab = createLab({ taps: false });
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  const isolate = (isolated: boolean) => {
    for (const port of ports) port.set({ isolated });
  };
  isolate(true);
  await expect(a).not.toReach(b);
  await expect(b).not.toHear(a);
  await expect(b.interface()).not.toHear(a, { frame: 'broadcast' });
  isolate(false);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
  await expect(expect(b).not.toHear(a)).rejects.toThrow(/^Received: +1 copy/m);
});
