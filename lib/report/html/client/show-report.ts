/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { PageIndex, TestState } from '../page-data.ts';
import type { detailView } from './detail.ts';
import type { Dom } from './dom.ts';
import type { listView } from './list.ts';

/** Puts the page together, and shows the test that its address names. */
export function showReport(
  { h, read, time, count }: Dom,
  list: ReturnType<typeof listView>,
  detail: ReturnType<typeof detailView>,
): void {
  const index = read<PageIndex>('index');
  const { tests } = index;
  const main = document.getElementById('detail');
  const { elements, select, comeBack } = list(index);
  let onKey: ((event: KeyboardEvent) => void) | undefined;

  function show(number: number): void {
    const test = tests[number];
    onKey = undefined;
    select(number);
    main?.replaceChildren(
      test
        ? detail(number, test, (handle) => {
            onKey = handle;
          })
        : h('p', { class: 'muted' }, 'No test has run.'),
    );
  }

  function numberInAddress(): number | undefined {
    const number = /^#test-(\d+)$/.exec(location.hash)?.[1];
    return number === undefined ? undefined : Number(number);
  }

  const of = (state: TestState) => tests.filter((test) => test.state === state && !test.outside).length;
  const summary = (['failed', 'passed', 'skipped'] as const)
    .filter((state) => of(state) > 0)
    .map((state) => h('span', { class: `count ${state}` }, `${of(state)} ${state}`));
  const flaky = tests.filter((test) => test.flaky).length;
  if (flaky > 0) summary.push(h('span', { class: 'count flaky' }, `${flaky} flaky`));
  const outside = tests.filter((test) => test.outside).length;
  if (outside > 0) summary.push(h('span', { class: 'count failed' }, `${count(outside, 'error')} outside of tests`));
  const facts = [time(index.milliseconds), count(index.labs, 'lab'), new Date(index.date).toLocaleString()];
  document
    .getElementById('header')
    ?.append(
      h('p', { class: 'counts' }, ...summary.flatMap((each) => [each, ' '])),
      h('p', { class: 'facts' }, facts.join(' · ')),
    );
  document.title = `${of('failed') + outside > 0 ? `✗ ${of('failed') + outside} failed` : '✓ passed'} – hairpin report`;
  document.getElementById('list')?.append(...elements);

  addEventListener('hashchange', () => {
    const number = numberInAddress();
    if (number === undefined) return;
    show(number);
    // The reader has asked for it: there they go on, by eye and by screen reader.
    const heading = document.getElementById('test-name');
    main?.scrollTo({ top: 0 });
    // Where list and test are below each other the page is what scrolls.
    main?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  });
  addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select');
    if (typing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape') comeBack();
    else onKey?.(event);
  });
  const failed = tests.findIndex(({ state }) => state === 'failed');
  show(numberInAddress() ?? Math.max(0, failed));
}
