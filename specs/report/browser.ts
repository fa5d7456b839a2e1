import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';
import { withoutPrograms } from '../needs.ts';

/** Why there is no browser here. */
export const NO_BROWSER = withoutPrograms('chromium');

/** A page in a real browser, and what went wrong in it. */
export interface OpenPage {
  page: Page;
  /** Errors and warnings of the console, and exceptions that nobody caught. */
  complaints: string[];
  /** Whatever it asked for, but for the page itself. */
  requests: string[];
}

/** Chromium, without a window. It sees the network of the worker that starts it, which is none. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('these specs look at the report in Chromium: apt-get install chromium');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
  return chromium.launch({ executablePath, args });
}

export async function openPage(
  browser: Browser,
  url: string,
  options: { width?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<OpenPage> {
  const { width = 1280, colorScheme = 'light' } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const opened: OpenPage = { page, complaints: [], requests: [] };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) opened.complaints.push(message.text());
  });
  page.on('pageerror', (error) => opened.complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== url.replace(/#.*/, '')) opened.requests.push(request.url());
  });
  await page.goto(url);
  return opened;
}
