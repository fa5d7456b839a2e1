import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** The text of a component, with a line for each paragraph, item or button, and marks without their words. */
export function textOf(component: VNode): string[] {
  return renderToString(component)
    .replaceAll(/<span class="for-readers">.*?<\/span>/g, '')
    .replaceAll(/<\/(p|li|h\d|dt|dd|button|summary|label|legend)>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean);
}
