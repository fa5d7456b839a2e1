import { createHash } from 'node:crypto';
import { REPORT_TITLE } from '../find-report.ts';
import type { PageData } from './page-data.ts';
import { STYLE } from './style.ts';

/**
 * The report as one HTML page that needs nothing else. Whatever comes from a test is JSON in blocks that no browser
 * executes, and becomes text nodes when it is shown; the page's policy forbids any other script, and the network.
 *
 * @param script what `clientScript` gives
 */
export function reportPage({ index, details, drawings }: PageData, script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${REPORT_TITLE}
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<div id="report"></div>
<noscript>This report needs JavaScript to be shown.</noscript>
${block('index', index)}
${drawings.map((svg, number) => block(`drawing-${number}`, svg)).join('\n')}
${details.map((detail, number) => block(`test-data-${number}`, detail)).join('\n')}
<script type="module">${script}</script>
</body>
</html>
`;
}

/** No "<" means no end of the block, whatever a test is called. */
function block(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;
}
