import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, createLab, expect, type Lab, test } from 'hairpin';
import type { Browser, Page } from 'playwright-core';
import { needs } from '../needs.ts';
import { NO_BROWSER, openBrowser, openPage } from './browser.ts';
import { lowContrast } from './low-contrast.ts';
import { addressOf, HOSTILE, type ReportProject, readReport, reportProject } from './report-project.ts';

// host: vitest, on a project with planted failures; Chromium looks at what it reports
needs('chromium');

let browser: Browser;
let lab: Lab;
let project: ReportProject;

beforeAll(async () => {
  if (NO_BROWSER) return;
  browser = await openBrowser();
  lab = createLab();
  project = await reportProject(lab);
  await project.run();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await project?.remove();
  await lab?.[Symbol.asyncDispose]();
});

const currentDevice = (page: Page) => page.locator('.interface.current').getAttribute('data-interface');

/** Clicks a test in the list, and waits until it is shown. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 2, name }).and(page.locator(':focus')).waitFor();
}

const currentStep = (page: Page) => page.locator('.steps [aria-current=step]').textContent();

test('the test that failed first is shown, with the hop at which its packet was lost, and why', async () => {
  const { page, complaints, requests } = await openPage(browser, addressOf(project));
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
  const { page, complaints } = await openPage(browser, addressOf(project));
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
  const { page } = await openPage(browser, addressOf(project));
  await page.getByRole('searchbox').fill('children');
  await page.keyboard.press('ArrowLeft');
  expect(await currentStep(page)).toBe('✗ sw/p0 lost');
});

test('every link leads to a file that is there, or to a test', async () => {
  const { page } = await openPage(browser, addressOf(project));
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

test('a routed path has the frame of each hop', async () => {
  const { page } = await openPage(browser, addressOf(project));
  await choose(page, 'a router that has forgotten to forward');
  await expect(page.locator('.said .lost').textContent()).resolves.toMatch(/^Lost at r\/\w+: .*forward/);
  await page.getByRole('button', { name: 'Start' }).click();
  expect(await currentDevice(page)).toBe('a/eth0');
});

test('the list is filtered by state and by text', async () => {
  const { page } = await openPage(browser, addressOf(project));
  const names = () => page.locator('nav li:visible .name').allTextContents();
  expect(await names()).toHaveLength(6);
  await page.getByText('Skipped 1', { exact: true }).click();
  expect(await names()).toEqual(['needs what is not here']);
  await page.getByText('Flaky 1', { exact: true }).click();
  expect(await names()).toEqual(['only the second time']);
  await page.getByText('Passed 2', { exact: true }).click();
  expect(await names()).toEqual(['passes', 'only the second time']);
  await page.getByText('Failed 3', { exact: true }).click();
  expect(await names()).toHaveLength(3);
  await page.getByRole('searchbox').fill('router FORGOTTEN');
  expect(await names()).toEqual(['a router that has forgotten to forward']);
  await expect(page.getByRole('status').textContent()).resolves.toBe('1 of 6 shown');
});

test('a test that the filters hide is not shown any more: the first failed one of the others is, or none', async () => {
  const { page } = await openPage(browser, addressOf(project));
  const search = page.getByRole('searchbox');
  await search.fill('router');
  await expect(page.locator('#test-name').textContent()).resolves.toContain('a router that has forgotten');
  await expect(page.locator('nav [aria-current] .name').textContent()).resolves.toContain(
    'a router that has forgotten',
  );
  await search.fill('no such test');
  await expect(page.locator('main').textContent()).resolves.toBe('No test matches the filters.');
  await search.fill('');
  await expect(page.locator('#test-name').textContent()).resolves.toContain('children talk');
  await expect(search.and(page.locator(':focus')).count()).resolves.toBe(1);
});

test('the source of a failure is below it, with the line that failed marked', async () => {
  const { page } = await openPage(browser, addressOf(project));
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

test('no MAC address is broken in two, be the page wide or narrow', async () => {
  for (const width of [1440, 1280, 380]) {
    const { page } = await openPage(browser, addressOf(project), { width });
    const tall = `[...document.querySelectorAll('.frame dd')].filter((value) => /^(\\w\\w:){5}/.test(value.textContent))
      .map((value) => { const range = document.createRange(); range.selectNodeContents(value); return range.getClientRects().length; })`;
    expect(await page.evaluate(tall)).toEqual([1, 1, 1, 1]);
  }
});

test('a file is collapsed and opened, by the mouse, by keys, by the filters, and by the address of a test of it', async () => {
  const { page } = await openPage(browser, addressOf(project));
  const names = page.locator('nav li .name:visible');
  await page.locator('nav summary').click();
  await expect(names.count()).resolves.toBe(0);
  await page.getByRole('searchbox').fill('passes');
  await expect(names.count()).resolves.toBe(1);
  await page.getByRole('searchbox').fill('');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator(':focus .name').textContent()).resolves.toContain('children talk');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('nav summary:focus').count()).resolves.toBe(1);
  await expect(names.count()).resolves.toBe(0);
  // The packet has not been walked meanwhile.
  expect(await currentStep(page)).toBe('✗ sw/p0 lost');
  await page.keyboard.press('ArrowRight');
  await expect(names.count()).resolves.toBe(6);
  await page.keyboard.press('Enter');
  await expect(names.count()).resolves.toBe(0);
  await page.evaluate("location.hash = '#test-1'");
  await expect(names.count()).resolves.toBe(6);
});

test('a drawing is as wide as there is room, and can be seen in full size', async () => {
  const { page } = await openPage(browser, addressOf(project), { width: 380 });
  const beyond = () =>
    page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.drawing'))");
  expect(await beyond()).toBe(0);
  await expect(page.getByRole('button', { name: 'Fit width' }).getAttribute('aria-pressed')).resolves.toBe('true');
  await page.getByRole('button', { name: 'Full size' }).click();
  expect(await beyond()).toBeGreaterThan(300);
  await expect(page.locator('[data-interface="sw/p0"]').isVisible()).resolves.toBe(true);
});

test('on a narrow page the reason at the end of a path can be read whole', async () => {
  const { page } = await openPage(browser, addressOf(project), { width: 380 });
  const reason = page.locator('.error .reason').first();
  await expect(reason.textContent()).resolves.toMatch(/└✗ not sent back out of sw\/p0: hairpin is off on that port\n$/);
  expect(
    await reason.evaluate((line) => {
      const range = Object(line).ownerDocument.createRange();
      range.selectNodeContents(line);
      return range.getBoundingClientRect().right <= Object(line).closest('pre').getBoundingClientRect().right;
    }),
  ).toBe(true);
});

test('a name full of markup stays text', async () => {
  const { page, complaints, requests } = await openPage(browser, addressOf(project));
  await choose(page, HOSTILE);
  await expect(page.locator('#test-name').textContent()).resolves.toBe(`✗failed ${HOSTILE}`);
  await expect(page.locator('img').count()).resolves.toBe(0);
  await expect(page.locator('.error pre').first().textContent()).resolves.toContain('</script><img src=x');
  expect({ complaints, requests, title: await page.title() }).toEqual({
    ...{ complaints: [], requests: [] },
    title: '✗ 3 failed – hairpin report',
  });
});

test('a test that passed has its network drawn', async () => {
  const { page } = await openPage(browser, addressOf(project));
  await choose(page, 'passes');
  await expect(page.locator('.network [data-interface="ns1/m1"]').isVisible()).resolves.toBe(true);
  await expect(page.locator('.walk').count()).resolves.toBe(0);
});

test('a retried test shows its last attempt, and an earlier one with its own failure, path and files', async () => {
  const { page, complaints } = await openPage(browser, addressOf(project));
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

test('assertions are on the timeline, whatever came of them', async () => {
  const { page } = await openPage(browser, addressOf(project));
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

test.for([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 380, colorScheme: 'light' },
] as const)(
  'at $width px and $colorScheme nothing sticks out, and each text can be read',
  async ({ width, colorScheme }) => {
    const { page } = await openPage(browser, addressOf(project), { width, colorScheme });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await page.evaluate(`(${lowContrast})()`)).toEqual([]);
  },
);

test('list and test scroll by themselves: the page does not, and a test that is chosen begins at its top', async () => {
  const { page } = await openPage(browser, addressOf(project));
  // As of a long failure: more than a window.
  const lengthen = "document.querySelector('.error pre').textContent += '\\n'.repeat(200)";
  const scrolled = () =>
    page.evaluate(`(() => {
      const { scrollHeight } = document.scrollingElement;
      return { more: scrollHeight - innerHeight, y: scrollY, header: document.querySelector('header').getBoundingClientRect().top,
        main: document.querySelector('main').scrollTop };
    })()`);
  const still = { more: 0, y: 0, header: 0, main: 0 };
  expect(await scrolled()).toEqual(still);
  await page.evaluate(lengthen);
  expect(await scrolled()).toEqual(still);
  for (const name of ['a router that has forgotten to forward', HOSTILE, 'children talk']) {
    await page.evaluate("document.querySelector('main').scrollTop = 100000");
    await choose(page, name);
    expect(await scrolled()).toEqual(still);
    await page.evaluate(lengthen);
  }
  await page.setViewportSize({ width: 1280, height: 300 });
  await page.getByRole('radio', { name: 'Failed' }).check({ force: true });
  await page.evaluate("document.querySelector('main').scrollTop = 0");
  expect(await scrolled()).toEqual(still);
});

test('on a narrow page prose wraps, what is drawn in characters does not', async () => {
  const { page } = await openPage(browser, addressOf(project), { width: 380 });
  const whole = await page.locator('.error pre').first().textContent();
  const prose = await page.locator('.error pre').first().locator('.wraps').allTextContents();
  expect(prose.map((line) => line.slice(0, 10))).toEqual(
    expect.arrayContaining(['expect(ns1', 'Received: ', 'Path of th', 'Hint: a VE', 'Capture: t']),
  );
  const drawn = String(whole)
    .split(/(?<=\n)/)
    .filter((line) => !prose.includes(line));
  expect(drawn.filter((line) => !/^\s/.test(line))).toEqual([]);
  expect(drawn.join('')).toContain('  ns1/m1 → host/up0 → sw/p0 ─┬→ sw/p1 → gateway/eth0\n');
  expect(
    await page.evaluate(`[...document.querySelectorAll('.wraps')].filter((line) =>
      line.getBoundingClientRect().right > line.closest('pre').getBoundingClientRect().right).length`),
  ).toBe(0);
});

test('of a difference each side has its colour', async () => {
  const { page } = await openPage(browser, addressOf(project));
  await choose(page, HOSTILE);
  await expect(page.locator('.error .expected').allTextContents()).resolves.toEqual([`Expected: "${HOSTILE}"\n`]);
  await expect(page.locator('.error .received').allTextContents()).resolves.toEqual([`Received: "<b>${HOSTILE}"`]);
});

test("the article's network is drawn whole, be there room for the frame beside it or not", async () => {
  for (const width of [1280, 1440]) {
    const { page } = await openPage(browser, addressOf(project), { width });
    expect(
      await page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.drawing'))",
      ),
    ).toBe(0);
  }
});

test('a narrow page begins at its top, and a test that is chosen is scrolled to', async () => {
  const { page } = await openPage(browser, addressOf(project), { width: 380 });
  expect(await page.evaluate('scrollY')).toBe(0);
  await choose(page, 'a router that has forgotten to forward');
  expect(await page.evaluate("Math.round(document.querySelector('main').getBoundingClientRect().top)")).toBe(0);
});

test('everything is in a landmark, headings do not skip a level, and each control has a name', async () => {
  const { page } = await openPage(browser, addressOf(project));
  expect(await page.evaluate("document.querySelectorAll('header, nav[aria-label], main').length")).toBe(3);
  const levels = await page
    .locator('main :is(h2, h3, h4, h5)')
    .evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
  for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 1)).toBeLessThanOrEqual(1);
  for (const control of await page.locator('button:visible, input, a').all())
    expect(await control.ariaSnapshot()).toMatch(/"/);
  await page.keyboard.press('Tab');
  await expect(page.locator(':focus').textContent()).resolves.toBe('Skip to the test');
});

test('a report merged from blobs has it all, but for links to what is not there', async () => {
  await rm(join(project.root, 'test-results'), { recursive: true });
  await project.run('--reporter=blob', '--outputFile.blob=blobs/one.json');
  await rm(join(project.root, 'test-results'), { recursive: true });
  await project.run('--merge-reports=blobs');
  const { page, complaints } = await openPage(browser, addressOf(project));
  await expect(page.locator('.said .lost').textContent()).resolves.toContain('hairpin is off on that port');
  await expect(page.locator('.error pre').first().textContent()).resolves.toContain('expect(ns1).toReach(ns2');
  await expect(page.locator('main a').count()).resolves.toBe(0);
  expect(await readReport(project)).not.toContain(HOSTILE);
  expect(complaints).toEqual([]);
});
