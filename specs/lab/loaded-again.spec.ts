import { expect, test } from 'hairpin';
import { vi } from 'vitest';

// a, and another a of a lab that a second copy of hairpin makes in the same worker
test('a spec may load hairpin again: programs run in the labs of both copies', async ({ lab }) => {
  await lab.namespace('a').exec('true');
  vi.resetModules();
  const { createLab } = await import('hairpin/lab');
  await using other = createLab();
  const { stdout } = await other.namespace('a').exec('ls', ['/sys/class/net']);
  expect(stdout).toBe('lo');
});
