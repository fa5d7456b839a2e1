import { expect, test } from 'hairpin';
import { choose, currentStep, reportInBrowser } from './report-in-browser.ts';
import { HOSTILE } from './report-project.ts';

// host: vitest, on a project with planted failures; Chromium looks at the list of its tests
const report = reportInBrowser();

test('the list is filtered by state and by text', async () => {
  const { page } = await report.open();
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
  const { page } = await report.open();
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

test('a file is collapsed and opened, by the mouse, by keys, by the filters, and by the address of a test of it', async () => {
  const { page } = await report.open();
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

test('list and test scroll by themselves: the page does not, and a test that is chosen begins at its top', async () => {
  const { page } = await report.open();
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

test('everything is in a landmark, headings do not skip a level, and each control has a name', async () => {
  const { page } = await report.open();
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
