import { join } from 'node:path';
import { afterAll, beforeAll, createLab, expect, type Lab, test } from 'hairpin';
import type { Browser } from 'playwright-core';
import { needs } from '../needs.ts';
import { NO_BROWSER, openBrowser, openPage } from './browser.ts';
import { lowContrast } from './low-contrast.ts';
import { addressOf, type ReportProject, reportProject } from './report-project.ts';

// host: vitest, as three kernels' machines run it, and the run that merges their reports; Chromium looks at the table
needs('chromium');

const KERNELS = ['6.12.94+deb12-amd64', '6.1.0-56-amd64', '6.18.4-built-by-hand+debug'];
const TESTS = `import { describe, expect, test } from 'hairpin';
const kernel = process.env.HAIRPIN_MACHINE;
test('steady', () => {});
describe('VLANs', () => {
  test('are told apart', () => expect(kernel).not.toContain('6.12'));
  test('are in the model', ({ skip }) => skip(kernel.startsWith('6.1.'), 'CONFIG_VLAN_8021Q is not set'));
});
test('broken', () => expect(1).toBe(2));
if (kernel.startsWith('6.18')) test('new', () => {});`;

let browser: Browser;
let lab: Lab;
let project: ReportProject;
let printed: string;

beforeAll(async () => {
  if (NO_BROWSER) return;
  browser = await openBrowser();
  lab = createLab();
  project = await reportProject(lab, { 'some.test.ts': TESTS });
  for (const kernel of KERNELS)
    await project.runIn(['--reporter=blob', `--outputFile.blob=blobs/${kernel}.json`], {
      env: { HAIRPIN_MACHINE: kernel },
    });
  const env = { HAIRPIN_MACHINES: JSON.stringify(KERNELS) };
  printed = await project.runIn(['--merge-reports=blobs'], { env });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await project?.remove();
  await lab?.close();
});

test('the run that merges several kernels prints which tests pass on some of them only', () => {
  expect(printed).toContain(
    '1 test passes in some of the 3 runs, and fails in others:\n' +
      '  some.test.ts > VLANs > are told apart: passed on 6.1.0-56-amd64 and 6.18.4-built-by-hand+debug, failed on 6.12.94+deb12-amd64\n',
  );
});

test('the report has a table of test and kernel, differences first', async () => {
  const { page, complaints } = await openPage(browser, addressOf(project));
  await page.getByRole('link', { name: 'Side by side: 3 runs, 1 test differs' }).click();
  const rows = async () =>
    (await page.locator('.runs-table tr').allInnerTexts()).map((row) => row.split(/\s+/).join(' ').trim());
  const table = [
    'Test 6.1.0-56-amd64 6.12.94+deb12-amd64 6.18.4-built-by-hand+debug',
    'Failed in some, passed in others 1',
    'some.test.ts › VLANs are told apart ✓ passed ✗ failed ✓ passed',
    'Failed, and passed in none 1',
    'some.test.ts broken ✗ failed ✗ failed ✗ failed',
    'Passed in some, skipped or missing in others 2',
    'some.test.ts › VLANs are in the model – skipped ✓ passed ✓ passed',
    'some.test.ts new not run not run ✓ passed',
    'The same in all 1',
  ];
  expect(await rows()).toEqual(table);
  await page.getByRole('button', { name: 'The same in all' }).click();
  expect(await rows()).toEqual([...table, 'some.test.ts steady ✓ passed ✓ passed ✓ passed']);
  expect(complaints).toEqual([]);
});

test('a mark of the table leads to the test of that kernel, and the search leaves its rows out', async () => {
  const { page } = await openPage(browser, `${addressOf(project)}#runs`);
  await page.getByRole('searchbox').fill('broken');
  await expect(page.locator('.runs-table [scope=row]').count()).resolves.toBe(1);
  await page.getByRole('searchbox').fill('told');
  await page.locator('.runs-table td a').nth(1).click();
  await expect(page.locator('#test-name').textContent()).resolves.toContain('are told apart');
  await expect(page.locator('article .path').textContent()).resolves.toContain('6.12.94+deb12-amd64');
  await page.goBack();
  await expect(page.locator('#test-name').textContent()).resolves.toBe('Side by side');
});

test.for([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 380, colorScheme: 'light' },
] as const)('at $width px and $colorScheme nothing sticks out, and each text can be read', async (options) => {
  const { page } = await openPage(browser, `${addressOf(project)}#runs`, options);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await page.evaluate(`(${lowContrast})()`)).toEqual([]);
  // For a reader who wants to look at it.
  if (process.env['PICTURES'])
    await page.screenshot({
      path: join(process.env['PICTURES'], `runs-${options.width}-${options.colorScheme}.png`),
      fullPage: true,
    });
});
