import { expect, test } from 'hairpin';
import { lowContrast } from './low-contrast.ts';
import { choose, reportInBrowser } from './report-in-browser.ts';

// host: vitest, on a project with planted failures; Chromium looks at how it is laid out, on wide and on narrow pages
const report = reportInBrowser();

test('no MAC address is broken in two, be the page wide or narrow', async () => {
  for (const width of [1440, 1280, 380]) {
    const { page } = await report.open({ width });
    const tall = `[...document.querySelectorAll('.frame dd')].filter((value) => /^(\\w\\w:){5}/.test(value.textContent))
      .map((value) => { const range = document.createRange(); range.selectNodeContents(value); return range.getClientRects().length; })`;
    expect(await page.evaluate(tall)).toEqual([1, 1, 1, 1]);
  }
});

test('a drawing is as wide as there is room, and can be seen in full size', async () => {
  const { page } = await report.open({ width: 380 });
  const beyond = () =>
    page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.drawing'))");
  expect(await beyond()).toBe(0);
  await expect(page.getByRole('button', { name: 'Fit width' }).getAttribute('aria-pressed')).resolves.toBe('true');
  await page.getByRole('button', { name: 'Full size' }).click();
  expect(await beyond()).toBeGreaterThan(300);
  await expect(page.locator('[data-interface="sw/p0"]').isVisible()).resolves.toBe(true);
});

test("the article's network is drawn whole, be there room for the frame beside it or not", async () => {
  for (const width of [1280, 1440]) {
    const { page } = await report.open({ width });
    expect(
      await page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.drawing'))",
      ),
    ).toBe(0);
  }
});

test.for([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 380, colorScheme: 'light' },
] as const)(
  'at $width px and $colorScheme nothing sticks out, and each text can be read',
  async ({ width, colorScheme }) => {
    const { page } = await report.open({ width, colorScheme });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await page.evaluate(`(${lowContrast})()`)).toEqual([]);
  },
);

test('on a narrow page the reason at the end of a path can be read whole', async () => {
  const { page } = await report.open({ width: 380 });
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

test('on a narrow page prose wraps, what is drawn in characters does not', async () => {
  const { page } = await report.open({ width: 380 });
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

test('a narrow page begins at its top, and a test that is chosen is scrolled to', async () => {
  const { page } = await report.open({ width: 380 });
  expect(await page.evaluate('scrollY')).toBe(0);
  await choose(page, 'a router that has forgotten to forward');
  expect(await page.evaluate("Math.round(document.querySelector('main').getBoundingClientRect().top)")).toBe(0);
});
