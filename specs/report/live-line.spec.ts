import { expect, test } from 'hairpin';
import { LiveLine } from '../../lib/report/runs/live-line.ts';
import { reportProject } from './report-project.ts';

const ESCAPE = '\u001b';

/** What a terminal shows in the end, as far as these specs need one: lines, and erasing the last. */
function screen(text: string): string[] {
  const lines = [''];
  for (const [part] of text.replaceAll(ESCAPE, '␛').matchAll(/\r?\n|\r|␛\[[\d;?]*[A-Za-z]|[^\r\n␛]+/g)) {
    if (part.endsWith('\n')) lines.push('');
    else if (part === '␛[2K') lines[lines.length - 1] = '';
    else if (part !== '\r' && !part.startsWith('␛')) lines[lines.length - 1] += part;
  }
  return lines;
}

function terminal(columns = 80) {
  const written: string[] = [];
  const write = (text: Uint8Array | string) => written.push(String(text)) > 0;
  return { columns, write, shown: () => screen(written.join('')) };
}

test('the line stays below what is written, and is gone in the end', () => {
  const out = terminal();
  const line = new LiveLine([out], () => '3/7 tests');
  line.start();
  expect(out.shown()).toEqual(['3/7 tests']);
  out.write('a failure\nof two lines\n');
  expect(out.shown()).toEqual(['a failure', 'of two lines', '3/7 tests']);
  out.write('half ');
  expect(out.shown()).toEqual(['a failure', 'of two lines', 'half ']);
  out.write('a line\n');
  line.stop();
  expect(out.shown()).toEqual(['a failure', 'of two lines', 'half a line', '']);
  out.write('the end\n');
  expect(out.shown()).toEqual(['a failure', 'of two lines', 'half a line', 'the end', '']);
});

test('it never wraps, since half of it could not be erased', () => {
  const out = terminal(10);
  const line = new LiveLine([out], () => '0123456789abc');
  line.start();
  line.stop();
  line.start();
  expect(out.shown()).toEqual(['012345678']);
  line.stop();
});

const TESTS = `import { expect, test } from 'hairpin';
test('one', async ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair();
  await expect(ns1).toReach(gateway);
});
test('two', ({ lab }) => { lab.namespace('a'); });`;

// host: vitest, on a pseudo-terminal of script(1), and through a pipe
test('on a terminal tests, labs and seconds are counted; elsewhere nothing is', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'some.test.ts': TESTS });
  onTestFinished(project.remove);
  const onTerminal = ['bash', '-c', `exec script -qefc "\${*@Q}" /dev/null`, 'bash'];
  const live = await project.runIn([], { wrapper: onTerminal, env: { CI: '', TERM: 'xterm' } });
  expect(live).toContain(`\r${ESCAPE}[2K  2/2 tests   2 labs   `);
  expect(live).toContain('Report  test-results/report.html');
  expect(screen(live).filter((line) => /\d\/2 tests/.test(line))).toEqual([]);
  const piped = await project.runIn([], { env: { CI: '' } });
  expect(piped).not.toMatch(/\d\/2 tests/);
  expect(piped).toContain('Report  test-results/report.html');
  // Before that, rolldown may have a coloured word about a slow build.
  expect(piped.slice(piped.indexOf(' RUN '))).not.toContain(ESCAPE);
  expect(piped).toContain('Labs  2, alive for');
});
