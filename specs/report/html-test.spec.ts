import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { choose, reportInBrowser } from './report-in-browser.ts';
import { HOSTILE, readReport } from './report-project.ts';

// host: vitest, on a project with planted failures; Chromium looks at what it says of a test
const report = reportInBrowser();

test('every link leads to a file that is there, or to a test', async () => {
  const { page } = await report.open();
  const links = async (selector: string) =>
    page.locator(selector).evaluateAll((all) => all.map((link) => String((link as unknown as { href: string }).href)));
  const evidence: string[] = [];
  for (const test of await links('nav a')) {
    await page.goto(test);
    await expect(page.locator('nav [aria-current]').count()).resolves.toBe(1);
    evidence.push(...(await links('main a')));
  }
  const names = evidence.map((link) => link.split('/').at(-1));
  expect(new Set(names)).toEqual(
    new Set(['failure.json', 'lab.pcapng', 'lab.sh', 'state.txt', 'topology.svg', 'topology.mmd']),
  );
  expect(names).toHaveLength(12);
  expect(evidence.filter((link) => !existsSync(fileURLToPath(link)))).toEqual([]);
});

test('the source of a failure is below it, with the line that failed marked', async () => {
  const { page } = await report.open();
  const lines = page.getByRole('region', { name: 'Failure: source' }).locator('span');
  expect(await lines.allTextContents()).toEqual([
    "   2  describe('vepa', () => {\n",
    "   3    test('children talk', async ({ macvlanPair }) => {\n",
    "   4      const { ns1, ns2, gateway } = macvlanPair({ mode: 'vepa' });\n",
    '   5      await expect(ns1).toReach(gateway);\n',
    '❯  6      await expect.soft(ns1).toReach(ns2, { within: 50 });\n',
    '   7      await expect.soft(ns2).toReach(ns1, { within: 50 });\n',
    '   8    });\n',
    '   9  });\n',
    "  10  test('passes', async ({ macvlanPair }) => {\n",
  ]);
  await expect(page.locator('.source .failing').count()).resolves.toBe(2);
});

test('of a difference each side has its colour', async () => {
  const { page } = await report.open();
  await choose(page, HOSTILE);
  await expect(page.locator('.error .expected').allTextContents()).resolves.toEqual([`Expected: "${HOSTILE}"\n`]);
  await expect(page.locator('.error .received').allTextContents()).resolves.toEqual([`Received: "<b>${HOSTILE}"`]);
});

test('assertions are on the timeline, whatever came of them', async () => {
  const { page } = await report.open();
  await expect(page.locator('.timeline code').allTextContents()).resolves.toEqual([
    'expect(ns1).toReach(gateway)',
    'expect(ns1).toReach(ns2, { within: 50 })',
    'expect(ns2).toReach(ns1, { within: 50 })',
  ]);
  await expect(page.locator('.timeline .state').allTextContents()).resolves.toEqual(['✓passed', '✗failed', '✗failed']);
  const times = await page.locator('.timeline .time').allTextContents();
  expect(times.filter((text) => !/^at [\d.]+ m?s$/.test(text))).toEqual([]);
  const lengths = await page.locator('.timeline .took').allTextContents();
  expect(lengths).toEqual([1, 2, 3].map(() => expect.stringMatching(/^took [\d.]+ m?s$/)));
  const tops = await page
    .locator('.timeline .state')
    .evaluateAll((all) => all.map((mark) => Object(mark).offsetParent.offsetTop));
  expect(tops).toEqual(tops.toSorted((one, other) => one - other));
});

test('a test that passed has its network drawn', async () => {
  const { page } = await report.open();
  await choose(page, 'passes');
  await expect(page.locator('.network [data-interface="ns1/m1"]').isVisible()).resolves.toBe(true);
  await expect(page.locator('.walk').count()).resolves.toBe(0);
});

test('a retried test shows its last attempt, and an earlier one with its own failure, path and files', async () => {
  const { page, complaints } = await report.open();
  await choose(page, 'only the second time');
  await expect(page.locator('.facts').last().textContent()).resolves.toMatch(/ · 2 labs · passed after 1 retry$/);
  await expect(page.locator('.network').count()).resolves.toBe(1);
  await expect(page.locator('.walk, .error, .timeline .failed, main a').count()).resolves.toBe(0);
  await page.getByRole('button', { name: 'failed Attempt 1' }).click();
  await expect(page.locator('.error pre').allTextContents()).resolves.toEqual([expect.stringContaining('.toReach(')]);
  await expect(page.locator('.said .lost').textContent()).resolves.toContain('hairpin is off on that port');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.position').textContent()).resolves.toBe('Step 7 of 8');
  await expect(page.locator('.timeline .state').allTextContents()).resolves.toEqual(['✗failed']);
  const capture = page.getByRole('link', { name: 'lab.pcapng' });
  expect(
    existsSync(
      fileURLToPath(String(await capture.getAttribute('href').then((href) => new URL(String(href), page.url())))),
    ),
  ).toBe(true);
  // The one that its failure names.
  const message = await page.locator('.error pre').textContent();
  expect(message).toContain(decodeURIComponent(String(await capture.getAttribute('href'))));
  await page.getByRole('button', { name: 'passed Attempt 2' }).click();
  await expect(page.locator('.walk, .error, main a').count()).resolves.toBe(0);
  expect(complaints).toEqual([]);
});

test('a name full of markup stays text', async () => {
  const { page, complaints, requests } = await report.open();
  await choose(page, HOSTILE);
  await expect(page.locator('#test-name').textContent()).resolves.toBe(`✗failed ${HOSTILE}`);
  await expect(page.locator('img').count()).resolves.toBe(0);
  await expect(page.locator('.error pre').first().textContent()).resolves.toContain('</script><img src=x');
  expect({ complaints, requests, title: await page.title() }).toEqual({
    ...{ complaints: [], requests: [] },
    title: '✗ 3 failed – hairpin report',
  });
});

test('a report merged from blobs has it all, but for links to what is not there', async () => {
  await rm(join(report.project.root, 'test-results'), { recursive: true });
  await report.project.run('--reporter=blob', '--outputFile.blob=blobs/one.json');
  await rm(join(report.project.root, 'test-results'), { recursive: true });
  await report.project.run('--merge-reports=blobs');
  const { page, complaints } = await report.open();
  await expect(page.locator('.said .lost').textContent()).resolves.toContain('hairpin is off on that port');
  await expect(page.locator('.error pre').first().textContent()).resolves.toContain('expect(ns1).toReach(ns2');
  await expect(page.locator('main a').count()).resolves.toBe(0);
  expect(await readReport(report.project)).not.toContain(HOSTILE);
  expect(complaints).toEqual([]);
});
