import { expect, test } from 'hairpin';
import type { Page } from 'playwright-core';
import type { OpenPage } from './browser.ts';
import { choose, reportInBrowser } from './report-in-browser.ts';
import { readReport } from './report-project.ts';
import { THOUSAND, thousandTests } from './thousand-tests.ts';

// host: vitest, on a thousand tests, three of which fail; Chromium looks at what it reports
const report = reportInBrowser(thousandTests());

/** Opens it, and has it free of complaints in the end. */
async function look(then: (opened: OpenPage) => Promise<void>): Promise<void> {
  const opened = await report.open();
  await then(opened);
  const { complaints, requests } = opened;
  expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  await opened.page.close();
}

const shown = (page: Page) => page.locator('nav li:not([hidden]) .name').allTextContents();
/** A test's, which gets the focus when it is chosen. */
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name }).and(page.locator(':focus'));

const focused = (page: Page) => page.locator(':focus').textContent();

test('all of a thousand tests are listed, and filtered by state and by words', async () => {
  await look(async ({ page }) => {
    await expect(page.locator('.counts').textContent()).resolves.toBe(`3 failed ${THOUSAND - 3} passed `);
    expect(await shown(page)).toHaveLength(THOUSAND);
    await page.getByRole('searchbox').fill('part-3 suite 7 WIRED');
    expect(await shown(page)).toEqual([0, 4, 8, 12, 16].map((number) => `suite 7 › wired 3-7-${number}`));
    await expect(page.getByRole('status').textContent()).resolves.toBe(`5 of ${THOUSAND} shown`);
    await page.getByRole('searchbox').fill('');
    await page.getByText('Failed 3', { exact: true }).click();
    expect(await shown(page)).toEqual([
      'suite 3 › planted 0-3-7',
      'suite 9 › planted 2-9-19',
      'suite 0 › planted 4-0-0',
    ]);
  });
});

const LOST: [name: string, at: string, why: string][] = [
  ['planted 0-3-7', 'b/eth0', 'the packet filter of b'],
  ['planted 2-9-19', 'r/eth0', 'ip_forward'],
  ['planted 4-0-0', 'sw/p0', 'sw/p23 has no carrier'],
];

test.for(LOST)('the path of %s leads to %s, which is in sight', async ([name, at, why]) => {
  await look(async ({ page }) => {
    await choose(page, name);
    await expect(page.locator('.said .lost').textContent()).resolves.toMatch(`Lost at ${at}: `);
    await expect(page.locator('.said .lost').textContent()).resolves.toContain(why);
    await expect.poll(() => isInSight(page, at)).toBe(true);
  });
});

test('a network too large for the window is scrolled along its path, and can be seen whole', async () => {
  await look(async ({ page }) => {
    await choose(page, 'planted 4-0-0');
    const last = 'h22/eth0';
    expect(await isInSight(page, last)).toBe(false);
    await page.getByRole('button', { name: `${last} receives it` }).click();
    expect(await isInSight(page, last)).toBe(true);
    await page.getByRole('button', { name: 'Whole network' }).click();
    for (const device of ['h0/eth0', last]) expect(await isInSight(page, device)).toBe(true);
    await choose(page, 'wired 4-1-0');
    await expect(page.getByRole('button', { name: 'Whole network' }).count()).resolves.toBe(0);
  });
});

test('the list is walked by keys: from the search down, into a test, and back', async () => {
  await look(async ({ page }) => {
    await page.getByRole('searchbox').fill('2-5-');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    expect(await focused(page)).toContain('plain 2-5-1');
    await page.keyboard.press('Enter');
    await heading(page, 'plain 2-5-1').waitFor();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toContain('plain 2-5-1');
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    await page.keyboard.type('17');
    expect(await shown(page)).toEqual(['suite 5 › plain 2-5-17']);
    // No test is in the list any more.
    await page.keyboard.type('no such');
    await page.locator('main').focus();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('searchbox').and(page.locator(':focus')).count()).resolves.toBe(1);
  });
});

test('networks that are the same are drawn once', async () => {
  const page = await readReport(report.project);
  expect(page.match(/id="drawing-\d+"/g)).toHaveLength(4);
  expect(page.match(/\.hairpin-topology \.edge path\{/g)).toHaveLength(1);
});

/** Whether a device is in the part of its drawing that is not scrolled away. */
function isInSight(page: Page, device: string): Promise<boolean> {
  return page.evaluate(`(() => {
    const inner = document.querySelector('[data-interface="${device}"]').getBoundingClientRect();
    const outer = document.querySelector('.drawing').getBoundingClientRect();
    return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;
  })()`);
}
