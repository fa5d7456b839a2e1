/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ListedTest, PageIndex } from '../page-data.ts';
import type { Dom } from './dom.ts';

interface List {
  elements: HTMLElement[];
  /** Marks the test that is shown. */
  select: (number: number) => void;
  /** Moves the focus to it. */
  comeBack: () => void;
}

/** The list of tests, with its filters. */
export function listView({ h, time, state }: Dom) {
  const CHOICES = ['all', 'failed', 'flaky', 'skipped'] as const;
  type Choice = (typeof CHOICES)[number];

  return function list({ tests }: PageIndex): List {
    const links = tests.map(linkTo);
    const groups = Map.groupBy(tests.keys(), (number) => tests[number]?.file ?? '');
    const sections = [...groups].map(([file, numbers]) => {
      const items = numbers.map((number) => h('li', {}, links[number]));
      const failed = numbers.filter((number) => tests[number]?.state === 'failed').length;
      const heading = h('h2', {}, h('span', {}, file), failed > 0 ? h('em', {}, `${failed} failed`) : undefined);
      return { numbers, items, element: h('section', { class: 'file' }, heading, h('ul', {}, ...items)) };
    });
    const texts = tests.map(({ file, names }) => `${file} ${names.join(' ')}`.toLowerCase());
    const search = h('input', { type: 'search', id: 'search', placeholder: 'Name or file', autocomplete: 'off' });
    const status = h('p', { role: 'status', class: 'status' });
    const radios = CHOICES.map((choice) => ({ choice, ...radio(choice, tests) })).filter(
      ({ choice, number }) => choice !== 'flaky' || number > 0,
    );

    let isShown: boolean[] = [];
    let isFirst = true;

    function filter(): void {
      const words = search.value.toLowerCase().split(/\s+/);
      const wanted = radios.find(({ input }) => input.checked)?.choice ?? 'all';
      isShown = tests.map(
        (test, number) => chosen(test, wanted) && words.every((word) => texts[number]?.includes(word)),
      );
      let shown = 0;
      for (const { numbers, items, element } of sections) {
        const visible = numbers.map((number) => isShown[number]);
        for (const [index, item] of items.entries()) item.hidden = !visible[index];
        const some = visible.filter(Boolean).length;
        element.hidden = some === 0;
        shown += some;
      }
      status.textContent = shown === tests.length ? `All ${shown} shown` : `${shown} of ${tests.length} shown`;
    }

    function select(number: number): void {
      for (const link of links) link.removeAttribute('aria-current');
      links[number]?.setAttribute('aria-current', 'true');
      // The first that is shown is somewhere in the list; one that is chosen there is seen, and stays where it is.
      links[number]?.scrollIntoView({ block: isFirst ? 'center' : 'nearest' });
      isFirst = false;
    }

    /** By the arrow keys over those that are shown, beginning at the search; back from the test to it by Escape. */
    function onKey(event: KeyboardEvent): void {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.target instanceof HTMLInputElement && event.target !== search) return;
      const shown: (Element | null)[] = [search, ...links.filter((_, number) => isShown[number])];
      const at = shown.indexOf(document.activeElement);
      const next = step === undefined || at < 0 ? undefined : shown[at + step];
      if (!(next instanceof HTMLElement)) return;
      event.preventDefault();
      next.focus();
    }

    function comeBack(): void {
      const link = links.findIndex((each) => each.hasAttribute('aria-current'));
      const isThere = isShown[link] && document.activeElement !== links[link];
      (isThere ? links[link] : search)?.focus();
    }

    search.addEventListener('input', filter);
    for (const { input } of radios) input.addEventListener('change', filter);
    filter();
    const keys = h('p', { class: 'muted keys' }, h('kbd', {}, '↑'), ' ', h('kbd', {}, '↓'), ' in the list, ');
    keys.append(h('kbd', {}, 'Esc'), ' back to it');
    const filters = h(
      'form',
      { class: 'filters', role: 'search' },
      h('label', { for: 'search' }, 'Search'),
      search,
      h('fieldset', {}, h('legend', {}, 'Show'), ...radios.map(({ label }) => label)),
      status,
      keys,
    );
    filters.addEventListener('submit', (event) => event.preventDefault());
    const files = h('div', { class: 'files' }, ...sections.map(({ element }) => element));
    const elements: HTMLElement[] = [filters, files];
    for (const element of elements) element.addEventListener('keydown', onKey);
    return { elements, select, comeBack };
  };

  function linkTo(test: ListedTest, number: number): HTMLAnchorElement {
    const [own = '', ...suites] = test.names.toReversed();
    const path = suites.length > 0 ? h('small', {}, `${suites.toReversed().join(' › ')} › `) : undefined;
    const length =
      test.state === 'skipped' || test.outside ? undefined : h('span', { class: 'time' }, time(test.milliseconds));
    return h(
      'a',
      { href: `#test-${number}` },
      state(test.state),
      ' ',
      h('span', { class: 'name' }, path, own),
      ' ',
      test.flaky ? h('small', { class: 'flaky' }, 'flaky') : undefined,
      length,
    );
  }

  function chosen(test: ListedTest | undefined, choice: Choice): boolean {
    if (choice === 'all') return true;
    return choice === 'flaky' ? test?.flaky === true : test?.state === choice;
  }

  function radio(choice: Choice, tests: readonly ListedTest[]) {
    const number = tests.filter((test) => chosen(test, choice)).length;
    const input = h('input', { type: 'radio', name: 'state', value: choice });
    input.checked = choice === 'all';
    const word = choice.replace(/^./, (letter) => letter.toUpperCase());
    return { input, number, label: h('label', {}, input, h('span', {}, `${word} `, h('b', {}, String(number)))) };
  }
}
