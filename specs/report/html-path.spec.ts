import { expect, test } from 'hairpin';
import { choose, currentDevice, currentStep, reportInBrowser } from './report-in-browser.ts';

// host: vitest, on a project with planted failures; Chromium looks at how a packet went
const report = reportInBrowser();

test('the test that failed first is shown, with the hop at which its packet was lost, and why', async () => {
  const { page, complaints, requests } = await report.open();
  await expect(page.title()).resolves.toBe('✗ 3 failed – hairpin report');
  await expect(page.locator('.counts').textContent()).resolves.toBe('3 failed 2 passed 1 skipped 1 flaky ');
  await expect(page.getByRole('heading', { level: 2, name: 'children talk' }).isVisible()).resolves.toBe(true);
  await expect(page.locator('.said').textContent()).resolves.toBe(
    'Lost at sw/p0: not sent back out of sw/p0: hairpin is off on that portHint: a VEPA switch reflects frames: switchPort.set({ hairpin: true })Code: bridge.hairpin-off',
  );
  await expect(page.locator('[data-interface="sw/p0"].lost .cross').isVisible()).resolves.toBe(true);
  expect(await currentDevice(page)).toBe('sw/p0');
  await expect(page.locator('.error pre').first().textContent()).resolves.toContain('expect(ns1).toReach(ns2');
  expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
});

test('the path is walked by buttons, by arrow keys, and by its steps; the frame is beside it', async () => {
  const { page, complaints } = await report.open();
  await page.getByRole('button', { name: 'Start' }).click();
  expect([await currentDevice(page), await currentStep(page)]).toEqual(['ns1/m1', 'ns1/m1 sends it']);
  await expect(page.locator('.position').textContent()).resolves.toBe('Step 1 of 8');
  await page.getByRole('button', { name: 'Next' }).click();
  expect(await currentDevice(page)).toBe('host/up0');
  await expect(page.locator('.edge.current').getAttribute('data-edge')).resolves.toBe('ns1/m1 host/up0');
  await page.keyboard.press('ArrowRight');
  expect(await currentDevice(page)).toBe('sw/p0');
  await expect(page.locator('[data-interface="gateway/eth0"]').getAttribute('class')).resolves.toContain('ahead');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await currentDevice(page)).toBe('ns1/m1');
  await page.getByRole('button', { name: /neighbour\/eth0 receives it/ }).click();
  expect(await currentDevice(page)).toBe('neighbour/eth0');
  await expect(page.locator('.frame').textContent()).resolves.toContain('who-has 10.0.0.102 tell 10.0.0.101');
  await expect(page.locator('.frame h5').allTextContents()).resolves.toEqual(['Ethernet', 'ARP']);
  expect(complaints).toEqual([]);
});

test('arrow keys in the search move its cursor, not the packet', async () => {
  const { page } = await report.open();
  await page.getByRole('searchbox').fill('children');
  await page.keyboard.press('ArrowLeft');
  expect(await currentStep(page)).toBe('✗ sw/p0 lost');
});

test('a routed path has the frame of each hop', async () => {
  const { page } = await report.open();
  await choose(page, 'a router that has forgotten to forward');
  await expect(page.locator('.said .lost').textContent()).resolves.toMatch(/^Lost at r\/\w+: .*forward/);
  await page.getByRole('button', { name: 'Start' }).click();
  expect(await currentDevice(page)).toBe('a/eth0');
});
