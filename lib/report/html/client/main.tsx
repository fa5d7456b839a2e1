/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { render } from 'preact';
import type { PageIndex, TestDetail } from '../page-data.ts';
import { Report } from './report.tsx';
import { pageTitle } from './summary.tsx';

/** A block of the page's data, read when it is first needed. */
function read<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as T;
}

const index = read<PageIndex>('index');
document.title = pageTitle(index);
render(
  <Report
    index={index}
    detailOf={(number) => read<TestDetail>(`test-data-${number}`)}
    drawingOf={(number) => read<string>(`drawing-${number}`)}
  />,
  document.getElementById('report') as HTMLElement,
);
