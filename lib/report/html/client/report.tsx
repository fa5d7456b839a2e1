import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PageIndex, TestDetail } from '../page-data.ts';
import { type Filter, firstOf, matches, NO_FILTER } from './filter.ts';
import { usePageKey } from './page-key.ts';
import { Summary } from './summary.tsx';
import { TestList } from './test-list.tsx';
import { TestView } from './test-view.tsx';

interface Props {
  index: PageIndex;
  detailOf: (number: number) => TestDetail;
  /** The SVG of a drawing. */
  drawingOf: (number: number) => string;
}

/** The whole page: what came of the run, the list, and the test that the page's address names. */
export function Report({ index, detailOf, drawingOf }: Props) {
  const { tests } = index;
  const [filter, setFilter] = useState(NO_FILTER);
  const [asked, setAsked] = useState({ number: inAddress() ?? firstOf(tests), times: 0 });
  const main = useRef<HTMLElement>(null);
  const shown = [...tests.keys()].filter((number) => isShown(number, filter));
  // The failure of a test that is not listed any more would pass for that of one that is.
  const current = isShown(asked.number, filter) ? asked.number : firstOf(tests, (number) => isShown(number, filter));
  const test = tests[current];

  function isShown(number: number, by: Filter): boolean {
    const listed = tests[number];
    return listed !== undefined && matches(listed, by);
  }

  useEffect(() => {
    const onHash = () => {
      const number = inAddress();
      if (number === undefined) return;
      setAsked(({ times }) => ({ number, times: times + 1 }));
      // By the browser's history the reader may come to one that is not in the list.
      setFilter((before) => (isShown(number, before) ? before : NO_FILTER));
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
      <TestList tests={tests} shown={shown} current={current} filter={filter} onFilter={setFilter} />
      <main id="detail" tabIndex={-1} ref={main}>
        {test ? (
          <TestView key={current} test={test} detail={detailOf(current)} drawingOf={drawingOf} />
        ) : (
          <p class="muted">{tests.length > 0 ? 'No test matches the filters.' : 'No test has run.'}</p>
        )}
      </main>
    </>
  );
}

function inAddress(): number | undefined {
  const number = /^#test-(\d+)$/.exec(globalThis.location?.hash ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

/** To the test in the list, or where that is closed, or the focus is there already, to the search. */
function backToList(): void {
  const link = document.querySelector<HTMLElement>('nav a[aria-current]');
  const isThere = link?.checkVisibility() && document.activeElement !== link;
  (isThere ? link : document.getElementById('search'))?.focus();
}
