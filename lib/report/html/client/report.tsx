import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PageIndex, TestDetail } from '../page-data.ts';
import { type Filter, firstOf, matches, NO_FILTER } from './filter.ts';
import { usePageKey } from './page-key.ts';
import { RUNS_ADDRESS, RunTable } from './run-table.tsx';
import { Summary } from './summary.tsx';
import { TestList } from './test-list.tsx';
import { TestView } from './test-view.tsx';

interface Props {
  index: PageIndex;
  detailOf: (number: number) => TestDetail;
  /** The SVG of a drawing. */
  drawingOf: (number: number) => string;
}

/** The whole page: what came of the run, the list, and the test or the table of runs that the page's address names. */
export function Report({ index, detailOf, drawingOf }: Props) {
  const { tests, runs } = index;
  const [filter, setFilter] = useState(NO_FILTER);
  const [asked, setAsked] = useState<Asked>({ ...(inAddress() ?? { number: firstOf(tests) }), times: 0 });
  const main = useRef<HTMLElement>(null);
  const shown = [...tests.keys()].filter((number) => isShown(number, filter));
  // The failure of a test that is not listed any more would pass for that of one that is.
  const current =
    asked.number !== undefined && isShown(asked.number, filter)
      ? asked.number
      : firstOf(tests, (number) => isShown(number, filter));
  const isTable = asked.number === undefined && runs !== undefined;
  const test = tests[current];

  function isShown(number: number, by: Filter): boolean {
    const listed = tests[number];
    return listed !== undefined && matches(listed, by);
  }

  useEffect(() => {
    const onHash = () => {
      const place = inAddress();
      if (place === undefined) return;
      const { number } = place;
      setAsked(({ times }) => ({ number, times: times + 1 }));
      // By the browser's history the reader may come to one that is not in the list.
      setFilter((before) => (number === undefined || isShown(number, before) ? before : NO_FILTER));
    };
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);

  // The reader has asked for the test: there they go on, by eye and by screen reader.
  useLayoutEffect(() => {
    if (asked.times === 0) return;
    main.current?.scrollTo({ top: 0 });
    // On a phone list and test are below each other, and the page is what scrolls.
    main.current?.scrollIntoView({ block: 'start' });
    main.current?.querySelector<HTMLElement>('#test-name')?.focus({ preventScroll: true });
  }, [asked]);

  usePageKey(({ key }) => {
    if (key === 'Escape') backToList();
  });

  return (
    <>
      <a class="skip-link" href="#detail">
        Skip to the test
      </a>
      <Summary index={index} />
      <TestList
        tests={tests}
        shown={shown}
        current={isTable ? undefined : current}
        filter={filter}
        onFilter={setFilter}
      />
      <main id="detail" tabIndex={-1} ref={main}>
        {isTable ? (
          <RunTable tests={tests} runs={runs} shown={shown} />
        ) : test ? (
          <TestView key={current} test={test} detail={detailOf(current)} drawingOf={drawingOf} />
        ) : (
          <p class="muted">{tests.length > 0 ? 'No test matches the filters.' : 'No test has run.'}</p>
        )}
      </main>
    </>
  );
}

/** What the reader wants to see: a test, or where it names none, the table of runs. */
interface Asked {
  number: number | undefined;
  /** How often it was asked for since the page was opened. */
  times: number;
}

function inAddress(): Pick<Asked, 'number'> | undefined {
  const hash = globalThis.location?.hash ?? '';
  if (hash === RUNS_ADDRESS) return { number: undefined };
  const number = /^#test-(\d+)$/.exec(hash)?.[1];
  return number === undefined ? undefined : { number: Number(number) };
}

/** To the test in the list, or where that is closed, or the focus is there already, to the search. */
function backToList(): void {
  const link = document.querySelector<HTMLElement>('nav a[aria-current]');
  const isThere = link?.checkVisibility() && document.activeElement !== link;
  (isThere ? link : document.getElementById('search'))?.focus();
}
