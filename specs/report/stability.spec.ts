import { mkdir, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, createLab, expect, type Lab, test } from 'hairpin';
import type { Browser } from 'playwright-core';
import { needs } from '../needs.ts';
import { NO_BROWSER, openBrowser, openPage } from './browser.ts';
import { lowContrast } from './low-contrast.ts';
import { addressOf, type ReportProject, reportProject } from './report-project.ts';

// host: vitest, on a suite of three tests that have run 50 times before; Chromium looks at what it reports
needs('chromium');

let browser: Browser;
let lab: Lab;
let project: ReportProject;

const TESTS = `import { expect, test } from 'hairpin';
test('steady', () => {});
test('unsteady', () => {});
test('broken', () => expect(1).toBe(2));`;

beforeAll(async () => {
  if (NO_BROWSER) return;
  browser = await openBrowser();
  lab = createLab();
  project = await reportProject(lab, { 'some.test.ts': TESTS });
  const [often, never] = ['P'.repeat(50), 'F'.repeat(50)];
  const tests = { steady: often, unsteady: `PPPPRFPPP${'P'.repeat(38)}FRP`, broken: never };
  const outcomes = {
    'long-name-of-a-kernel-built-by-hand-6.1.0-56-cloud-amd64+debug': { 'some.test.ts': tests },
    [release()]: { 'some.test.ts': tests },
  };
  await mkdir(join(project.root, 'record'));
  await writeFile(join(project.root, 'record/runs.json'), JSON.stringify({ version: 1, runs: [], outcomes }));
  const config = join(project.root, 'with-record.config.ts');
  await writeFile(
    config,
    `import config from './vitest.config.ts';
     const reporters = [['${project.reporter}', { stability: 'record/runs.json' }]];
     export default { ...config, test: { ...config.test, reporters } };`,
  );
  await project.run(`--config=${config}`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await project?.remove();
  await lab?.[Symbol.asyncDispose]();
});

test('a test shows its last runs on each kernel, this one among them', async () => {
  const { page, complaints } = await openPage(browser, `${addressOf(project)}#test-1`);
  await expect(page.locator('#test-name').textContent()).resolves.toContain('unsteady');
  const lines = await page.locator('.stability li').allInnerTexts();
  expect(lines.map((line) => line.split(/\s+/).join(' ').trim())).toEqual([
    `${release()}: 48 of 50, flaky twice`,
    'long-name-of-a-kernel-built-by-hand-6.1.0-56-cloud-amd64+debug: 48 of 50, flaky twice',
  ]);
  await expect(page.locator('.stability li').first().locator('.runs i').count()).resolves.toBe(50);
  expect(complaints).toEqual([]);
});

test('the unstable tests are a choice of the list', async () => {
  const { page } = await openPage(browser, addressOf(project));
  await page.getByText('Unstable 1', { exact: true }).click();
  await expect(page.locator('nav li:visible .name').allTextContents()).resolves.toEqual(['unsteady']);
  await expect(page.locator('nav li:visible .unstable').textContent()).resolves.toBe('48 of 50');
});

test.for([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 380, colorScheme: 'light' },
  { width: 380, colorScheme: 'dark' },
] as const)('at $width px and $colorScheme nothing sticks out, and each text can be read', async (options) => {
  const { page } = await openPage(browser, `${addressOf(project)}#test-1`, options);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await page.evaluate(`(${lowContrast})()`)).toEqual([]);
  // For a reader who wants to look at it.
  if (process.env['PICTURES'])
    await page.screenshot({
      path: join(process.env['PICTURES'], `${options.width}-${options.colorScheme}.png`),
      fullPage: true,
    });
});
