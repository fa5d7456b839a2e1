import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import { AttemptView } from '../../../lib/report/html/client/attempt-view.tsx';
import { EvidenceLinks } from '../../../lib/report/html/client/evidence-links.tsx';
import { Failure } from '../../../lib/report/html/client/failure.tsx';
import { NO_FILTER } from '../../../lib/report/html/client/filter.ts';
import { FrameView } from '../../../lib/report/html/client/frame-view.tsx';
import { PacketWalk } from '../../../lib/report/html/client/packet-walk.tsx';
import { Report } from '../../../lib/report/html/client/report.tsx';
import { Source } from '../../../lib/report/html/client/source.tsx';
import { rateText, shortRateText } from '../../../lib/report/html/client/stability.ts';
import { StabilityView } from '../../../lib/report/html/client/stability-view.tsx';
import { pageTitle, Summary } from '../../../lib/report/html/client/summary.tsx';
import { TestList } from '../../../lib/report/html/client/test-list.tsx';
import { TestView } from '../../../lib/report/html/client/test-view.tsx';
import { Timeline } from '../../../lib/report/html/client/timeline.tsx';
import { textOf } from './render.ts';
import { ATTEMPT, FAILURE, TESTS } from './tests.ts';

// No network: the report's components as HTML. What a click or a key does is in html-*.spec.ts, in a browser.
const INDEX = { date: '2026-01-01T00:00:00.000Z', milliseconds: 1500, labs: 1, tests: TESTS };
const SVG = '<svg width="100"></svg>';

describe('Summary', () => {
  test('counts what came of the tests; errors outside of them are none', () => {
    const [, counts, facts] = textOf(<Summary index={INDEX} />);
    expect(counts).toBe('1 failed 2 passed 1 skipped 1 flaky 1 error outside of tests');
    expect(facts).toMatch(/^1.5 s · 1 lab · /);
  });

  test('the title says the worst', () => {
    expect(pageTitle(INDEX)).toBe('✗ 2 failed – hairpin report');
    expect(pageTitle({ ...INDEX, tests: TESTS.slice(3) })).toBe('✓ passed – hairpin report');
  });
});

describe('TestList', () => {
  const list = (shown: number[], tests = TESTS) =>
    textOf(<TestList tests={tests} shown={shown} current={2} filter={NO_FILTER} onFilter={() => {}} />);

  test('has folders, files and tests, with the filters that apply', () => {
    expect(list([1, 2, 4])).toEqual([
      ...['Search', 'Show', 'All 5', 'Failed 2', 'Flaky 1', 'Passed 2', 'Skipped 1'],
      ...['3 of 5 shown', 'Collapse all', '↑ ↓ in the list, Esc back to it'],
      ...[
        'specs/lab',
        '1 failed',
        'vlan.spec.ts',
        '1 failed',
        '✓ VLANs › are told apart 12 ms',
        '✗ VLANs › are <b> 1.2 s',
      ],
      ...['core: specs/modes', 'vepa.spec.ts', '✓ vepa flaky 3 ms'],
    ]);
  });

  test('without flaky tests there is no such filter, and a single file cannot be collapsed', () => {
    const one = list([0, 1], TESTS.slice(1, 3));
    expect(one).not.toContain('Flaky 0');
    expect(one).not.toContain('Collapse all');
    expect(one).toContain('All 2 shown');
  });
});

describe('TestView', () => {
  test('shows the last attempt that came to what the test did, and buttons of all', () => {
    const failed = { ...ATTEMPT, state: 'failed' as const, errors: [{ message: 'lost' }] };
    const detail = { labs: 2, note: 'passed after 1 retry', attempts: [failed, ATTEMPT] };
    const [test] = TESTS.slice(1);
    const view = test && <TestView test={test} detail={detail} drawingOf={() => SVG} />;
    expect(view && textOf(view)).toEqual([
      ...['specs/lab/vlan.spec.ts › VLANs', '✓ are told apart', '12 ms · 2 labs · passed after 1 retry'],
      ...['✗ Attempt 1 10 ms', '✓ Attempt 2 10 ms', 'It asked no network anything.'],
    ]);
    expect(view && renderToString(view)).toContain('aria-pressed="true"><span class="state passed">');
  });
});

describe('StabilityView', () => {
  const stability = [
    { kernel: '6.1.0-56-amd64', outcomes: 'PPRPFPRPPF' },
    { kernel: '6.12, sudo', outcomes: 'PPP' },
    { kernel: '6.18', outcomes: 'RF' },
  ];

  test('has a line for each kernel: how often the test passed, and how often after a retry', () => {
    expect(textOf(<StabilityView stability={stability} />)).toEqual([
      'Last runs',
      '6.1.0-56-amd64: 8 of 10, flaky twice',
      '6.12, sudo: 3 of 3',
      '6.18: 1 of 2, flaky once',
      'The newest run is on the right. passed flaky failed',
    ]);
    expect(rateText({ runs: 9, passed: 9, flaky: 3 })).toBe('9 of 9, flaky 3 times');
    expect(shortRateText({ runs: 9, passed: 9, flaky: 1 })).toBe('flaky once');
  });

  test('has a mark for each run, the newest last', () => {
    const html = renderToString(<StabilityView stability={stability.slice(2)} />);
    const marks = [...html.matchAll(/<i class="(\w+)" title="([^"]+)"/g)].map(([, style, title]) => [style, title]);
    expect(marks).toEqual([
      ['flaky', 'passed after a retry'],
      ['failed', 'failed'],
    ]);
  });

  test('an unstable test is marked in the list, counted, and has a filter', () => {
    const tests = TESTS.map((test, number) => (number === 1 ? { ...test, stability } : test));
    const list = <TestList tests={tests} shown={[1]} current={1} filter={NO_FILTER} onFilter={() => {}} />;
    expect(textOf(list)).toEqual(expect.arrayContaining(['Unstable 1', '✓ VLANs › are told apart 8 of 10 12 ms']));
    const [, counts] = textOf(<Summary index={{ ...INDEX, tests }} />);
    expect(counts).toContain('1 flaky 1 unstable in the last runs');
  });
});

describe('AttemptView', () => {
  test('the path stands below the failure that it explains', () => {
    const errors = ['first', 'expect(a).toReach(b): lost', 'third'].map((message) => ({ message }));
    const html = renderToString(
      <AttemptView attempt={{ ...ATTEMPT, errors, failure: FAILURE, drawing: 0 }} drawingOf={() => SVG} />,
    );
    expect([...html.matchAll(/<h3[^>]*>([^<]*)/g)].map(([, title]) => title)).toEqual([
      'Failure',
      'Failure 2',
      'The packet’s path',
      'Failure 3',
    ]);
  });

  test('without a loss the network alone is drawn', () => {
    expect(textOf(<AttemptView attempt={{ ...ATTEMPT, drawing: 0 }} drawingOf={() => SVG} />)).toEqual(['Network']);
  });

  test('says when there is nothing to show', () => {
    const skipped = { ...ATTEMPT, state: 'skipped' as const };
    expect(textOf(<AttemptView attempt={skipped} drawingOf={() => SVG} />)).toEqual(['It did not run.']);
  });
});

describe('Failure', () => {
  test('prose wraps, what is drawn does not, and a reason at its end hangs below itself', () => {
    const message = 'Received:  none\n  a/eth0 ─┬→ b/eth0\n          └✗ not sent\nHint: do';
    expect(renderToString(<Failure error={{ message, at: 'a.test.ts:1:2' }} number={1} />)).toBe(
      '<section class="error" aria-label="Failure 2"><h3>Failure 2<small> a.test.ts:1:2</small></h3>' +
        '<pre tabindex="0" role="region" aria-label="Failure 2: message"><span class="wraps" style="--indent:11ch;">Received:  none\n</span>' +
        '  a/eth0 ─┬→ b/eth0\n<span class="reason wraps" style="--indent:13ch;">          └✗ not sent\n</span>' +
        '<span class="wraps">Hint: do</span></pre></section>',
    );
  });

  test('what goes on below a reason or a label wraps like it; a drawing there does not', () => {
    const message = 'From:  a\n       by a rule\n  a/eth0 ✗ dropped:\n           icmp drop\n  b/eth0 → c';
    const html = renderToString(<Failure error={{ message }} number={0} />);
    expect(html).toContain(
      '<span class="wraps" style="--indent:7ch;">From:  a\n</span>' +
        '<span class="wraps" style="--indent:7ch;">       by a rule\n</span>' +
        '<span class="reason wraps" style="--indent:11ch;">  a/eth0 ✗ dropped:\n</span>' +
        '<span class="reason wraps" style="--indent:11ch;">           icmp drop\n</span>  b/eth0 → c</pre>',
    );
  });

  test('a long word may be broken behind its underscores, and nothing of it is lost', () => {
    const message = 'Kernel:  freed (SKB_DROP_REASON_IP_INNOROUTES) of 02:00:00:00:00:01\n';
    const html = renderToString(<Failure error={{ message }} number={0} />);
    expect(html).toContain('freed (SKB_<wbr/>DROP_<wbr/>REASON_<wbr/>IP_<wbr/>INNOROUTES) of 02:00:00:00:00:01\n');
  });

  test('each side of a difference has its class', () => {
    const diff = '- Expected\n+ Received\n\n@@ -1 @@\n- 1\n+ 2\n  3';
    const html = renderToString(<Failure error={{ message: 'differs', diff }} number={0} />);
    expect(
      [...html.matchAll(/class="(expected|received|place)">([^<]*)\n?</g)].map(([, side, text]) => [side, text]),
    ).toEqual([
      ['expected', '- Expected\n'],
      ['received', '+ Received\n'],
      ['place', '@@ -1 @@\n'],
      ['expected', '- 1\n'],
      ['received', '+ 2\n'],
    ]);
  });
});

test('Source marks the line that failed, and aligns the numbers', () => {
  const source = { first: 9, failing: 10, lines: ['a();', 'b(</script>);'] };
  expect(renderToString(<Source source={source} label="Failure: source" />)).toBe(
    '<section class="source" tabindex="0" aria-label="Failure: source"><span>   9  a();\n</span>' +
      '<span class="failing">❯ 10  b(&lt;/script>);\n</span></section>',
  );
});

test('Timeline says when each question was asked, and how long it took where that is known', () => {
  const assertions = [
    { title: 'expect(a).toReach(b)', passed: true, ended: 15, took: 5 },
    { title: 'expect(b).toReach(a)', passed: false, ended: 1200 },
  ];
  expect(textOf(<Timeline assertions={assertions} milliseconds={100} />)).toEqual([
    '2 assertions in 1.2 s',
    'at 10 ms✓expect(a).toReach(b) took 5 ms',
    'by 1.2 s✗expect(b).toReach(a)',
  ]);
});

test('EvidenceLinks says what is in the files that it knows', () => {
  const links = ['lab.sh', 'other'].map((name) => ({ name, href: `x/${name}` }));
  expect(textOf(<EvidenceLinks links={links} />)).toEqual([
    'Evidence',
    'lab.sh rebuilds the network with ip and bridge',
    'other',
  ]);
});

test('FrameView has the layers; a long address may be broken behind its colons, a MAC address may not', () => {
  const fields: [string, string][] = [
    ['source', '02:00:00:00:00:01'],
    ['target', 'fd00:1:2:3:4:5:6:7:8'],
  ];
  const html = renderToString(<FrameView frame={{ line: 'NS', layers: [{ layer: 'IPv6', fields }] }} />);
  expect(html).toContain('<dt>source</dt><dd>02:00:00:00:00:01</dd>');
  expect(html).toContain('<dt>target</dt><dd>fd00:<wbr/>1:<wbr/>2:');
});

test('PacketWalk begins where the packet was lost, with the reason, the hint and the code', () => {
  expect(textOf(<PacketWalk failure={FAILURE} svg={SVG} />)).toEqual([
    ...['The packet’s path', '⇤ Start', '← Previous', 'Next →'],
    ...['Step 3 of 3Lost at r/eth0: r has no route to 10.0.1.2', 'Hint: r.route.add({ … })', 'Code: route.none'],
    ...['The last probe: ICMP echo request 10.0.0.1 > 10.0.1.2', 'a/eth0 sends it', 'r/eth0 receives it after 7 µs'],
    ...['✗ r/eth0 lost', 'The arrow keys ← and → walk, too.', 'Frame', 'ICMP echo request', 'Ethernet', 'source'],
    '02:00:00:00:00:01',
  ]);
});

describe('Report', () => {
  const page = (tests = TESTS) =>
    renderToString(
      <Report index={{ ...INDEX, tests }} detailOf={() => ({ labs: 0, attempts: [ATTEMPT] })} drawingOf={() => SVG} />,
    );

  test('begins with the first test that failed', () => {
    expect(page(TESTS.slice(1))).toContain('<a href="#test-1" aria-current="true">');
  });

  test('of a run without tests it says so', () => {
    expect(page([])).toContain('<p class="muted">No test has run.</p>');
  });
});
