import { afterAll, beforeAll, createLab, type Lab } from 'hairpin';
import type { Browser, Page } from 'playwright-core';
import { needs } from '../needs.ts';
import { NO_BROWSER, type OpenPage, openBrowser, openPage } from './browser.ts';
import { addressOf, type ReportProject, reportProject } from './report-project.ts';

/** A project that was run, and Chromium, which looks at its report. */
export interface ReportInBrowser {
  readonly project: ReportProject;
  open(options?: Parameters<typeof openPage>[2]): Promise<OpenPage>;
}

/**
 * Runs a project before the tests of a file, and ends all with them. The tests are skipped where there is no Chromium.
 *
 * @param files the project's. @default those with planted failures
 */
export function reportInBrowser(files?: Record<string, string>): ReportInBrowser {
  needs('chromium');
  let browser: Browser;
  let lab: Lab;
  let project: ReportProject;
  beforeAll(async () => {
    if (NO_BROWSER) return;
    lab = createLab();
    project = await reportProject(lab, files);
    [browser] = await Promise.all([openBrowser(), project.run('--maxWorkers=2')]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await project?.remove();
    await lab?.close();
  });
  return {
    get project() {
      return project;
    },
    open: (options) => openPage(browser, addressOf(project), options),
  };
}

/** Clicks a test in the list, and waits until it is shown. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 2, name }).and(page.locator(':focus')).waitFor();
}

export const currentDevice = (page: Page) => page.locator('.interface.current').getAttribute('data-interface');

export const currentStep = (page: Page) => page.locator('.steps [aria-current=step]').textContent();
