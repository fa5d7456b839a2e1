import { detailView } from './client/detail.ts';
import { domTools } from './client/dom.ts';
import { drawingView } from './client/drawing.ts';
import { listView } from './client/list.ts';
import { showReport } from './client/show-report.ts';
import { walkView } from './client/walk.ts';

/**
 * The page's script: functions that are type-checked here, and run there. Each is made of nothing but its own text and
 * its parameters, so an import in one of their files may only be one of types.
 */
export function clientScript(): string {
  return `
const dom = (${domTools})();
const drawing = (${drawingView})(dom);
const walk = (${walkView})(dom);
const detail = (${detailView})(dom, drawing, walk);
const list = (${listView})(dom);
(${showReport})(dom, list, detail);
`;
}
