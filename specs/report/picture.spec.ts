import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'hairpin';
import { SPEC } from '../../lib/init/templates.ts';
import { ROOT, samplesOf } from '../doc-samples.ts';
import { needs } from '../needs.ts';
import { openBrowser, openPage } from './browser.ts';
import { addressOf, reportProject } from './report-project.ts';

// host: vitest, on the first spec with a planted failure, and on one that passes; Chromium takes a picture of the report
needs('chromium');

const PICTURE = join(ROOT, 'docs/images/report.png');
/** GitHub's pages are not to wait for it. */
const MOST_BYTES = 200_000;

// Taken anew by `PICTURE=1 npx vitest run specs/report/picture.spec.ts`.
test("the README's picture is one of a real report", async ({ lab, onTestFinished }) => {
  const [office = ''] = samplesOf(await readFile(join(ROOT, 'docs/getting-started.md'), 'utf8'), 'spec');
  const files = { 'vepa.test.ts': withoutReflection(SPEC), 'office.test.ts': office };
  const project = await reportProject(lab, files);
  onTestFinished(project.remove);
  await project.run();

  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { page, complaints } = await openPage(browser, addressOf(project));
  const lost = page.locator('[data-interface="sw/p0"]').first();
  await lost.evaluate((device) => device.scrollIntoView({ block: 'center' }));
  const picture = await page.screenshot();
  expect(complaints).toEqual([]);
  expect(picture.length).toBeLessThan(MOST_BYTES);
  if (process.env['PICTURE']) {
    await mkdir(dirname(PICTURE), { recursive: true });
    await writeFile(PICTURE, picture);
  }
  expect((await readFile(PICTURE)).length).toBeLessThan(MOST_BYTES);
});

/** What the README's failure is of. */
function withoutReflection(spec: string): string {
  const broken = spec.replace(/ {2}switchPort\.set.*\n/, '');
  expect(broken).not.toBe(spec);
  return broken;
}
