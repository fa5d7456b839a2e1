/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { AssertionMeta } from '../../lab-meta.ts';
import type { AttemptDetail, ListedTest, TestDetail } from '../page-data.ts';
import type { Dom } from './dom.ts';
import type { drawingView } from './drawing.ts';
import type { Walk } from './walk.ts';

/** Everything of one test. */
export function detailView({ h, read, time, state, count }: Dom, drawing: ReturnType<typeof drawingView>, walk: Walk) {
  const files: Record<string, string> = {
    'lab.pcapng': 'every frame at every device, for Wireshark',
    'lab.sh': 'rebuilds the network with ip and bridge',
    'state.txt': 'addresses, routes, neighbours, ports',
    'topology.svg': 'the drawing',
    'topology.mmd': 'the drawing for Mermaid',
  };

  type KeyHandler = (event: KeyboardEvent) => void;

  /** @param onKey is given what the arrow keys do while this attempt is shown */
  return function detail(number: number, test: ListedTest, onKey: (handle?: KeyHandler) => void): HTMLElement {
    const { labs, note, attempts } = read<TestDetail>(`test-data-${number}`);
    const names = [...test.names];
    const own = names.pop() ?? '';
    const facts = [
      ...(test.state === 'skipped' || test.outside ? [] : [time(test.milliseconds)]),
      ...(labs > 0 ? [count(labs, 'lab')] : []),
      ...(note ? [note] : []),
    ];
    const place = h('div', { class: 'attempt' });
    const show = (attempt: AttemptDetail) => {
      const { elements, handle } = attemptView(attempt);
      onKey(handle);
      place.replaceChildren(...elements);
    };
    // The last that came to what the test did: with `repeats` each of them decides.
    const first = Math.max(
      0,
      attempts.findLastIndex(({ state }) => state === test.state),
    );
    const choice = attempts.length > 1 ? attemptButtons(attempts, first, show) : undefined;
    if (attempts[first]) show(attempts[first]);
    return h(
      'article',
      { 'aria-labelledby': 'test-name' },
      h('p', { class: 'path' }, [test.file, ...names].join(' › ')),
      h('h2', { id: 'test-name', tabindex: '-1' }, state(test.state), ' ', own),
      facts.length > 0 ? h('p', { class: 'facts' }, facts.join(' · ')) : undefined,
      choice,
      place,
    );
  };

  function attemptButtons(
    attempts: readonly AttemptDetail[],
    first: number,
    show: (attempt: AttemptDetail) => void,
  ): HTMLElement {
    const buttons = attempts.map((attempt, index) => {
      const button = h('button', { type: 'button' }, state(attempt.state), ` Attempt ${index + 1} `);
      button.append(h('small', {}, time(attempt.milliseconds)));
      button.addEventListener('click', () => {
        press(index);
        show(attempt);
      });
      return button;
    });
    const press = (pressed: number) => {
      for (const [index, button] of buttons.entries()) button.setAttribute('aria-pressed', String(index === pressed));
    };
    press(first);
    return h('div', { class: 'attempts', role: 'group', 'aria-label': 'Attempts' }, ...buttons);
  }

  function attemptView(attempt: AttemptDetail): { elements: Node[]; handle?: KeyHandler } {
    const { state: came, milliseconds, errors, assertions, failure, links, drawing: picture } = attempt;
    const network = picture === undefined ? undefined : drawing(picture);
    const walked = failure && network && failure.paths.length > 0 ? walk(failure, network) : undefined;
    // The path stands below the failure that it explains.
    const until = errors.findIndex(({ message }) => failure && message.includes(failure.question)) + 1 || errors.length;
    const elements = [
      ...errors.slice(0, until).map(errorView),
      walked?.element,
      ...errors.slice(until).map((error, index) => errorView(error, until + index)),
      links.length > 0 ? linksView(links) : undefined,
      network && !walked ? section('Network', 'network', network.element) : undefined,
      assertions.length > 0 ? timeline(assertions, milliseconds) : undefined,
      !network && errors.length + assertions.length === 0
        ? h('p', { class: 'muted' }, came === 'skipped' ? 'It did not run.' : 'It has told nothing of itself.')
        : undefined,
    ];
    return {
      elements: elements.filter((element) => element !== undefined),
      ...(walked ? { handle: walked.onKey } : {}),
    };
  }

  function section(title: string, id: string, ...children: (Node | undefined)[]): HTMLElement {
    return h(
      'section',
      { class: id, 'aria-labelledby': `${id}-title` },
      h('h3', { id: `${id}-title` }, title),
      ...children,
    );
  }

  function errorView({ message, diff, at }: AttemptDetail['errors'][number], index: number): HTMLElement {
    const text = (content: (Node | string)[], label: string) =>
      // A region that scrolls must be reachable by the keyboard.
      h('pre', { tabindex: '0', role: 'region', 'aria-label': label }, ...content);
    const label = index === 0 ? 'Failure' : `Failure ${index + 1}`;
    return h(
      'section',
      { class: 'error', 'aria-label': label },
      h('h3', {}, label, at ? h('small', {}, ` ${at}`) : undefined),
      text(styled(message, proseOf), `${label}: message`),
      diff ? text(styled(diff, sideOf), `${label}: difference`) : undefined,
    );
  }

  /** A text's lines, those of a class in elements of their own. */
  function styled(text: string, classOf: (line: string) => string | undefined): (Node | string)[] {
    return text.split(/(?<=\n)/).map((line) => {
      const style = classOf(line);
      return style ? h('span', { class: style }, line) : line;
    });
  }

  /** What is indented is a path, a table or a rule, drawn in characters. */
  function proseOf(line: string): string | undefined {
    return /^\S/.test(line) ? 'wraps' : undefined;
  }

  /** Of vitest's differences: those of one line have words for `-` and `+`. */
  function sideOf(line: string): string | undefined {
    if (line.startsWith('@@')) return 'place';
    const [, side, words] = /^(?:([-+])|(Expected|Received): )/.exec(line) ?? [];
    if (words) return `${words.toLowerCase()} wraps`;
    return side && (side === '-' ? 'expected' : 'received');
  }

  function linksView(links: AttemptDetail['links']): HTMLElement {
    const item = ({ name, href }: AttemptDetail['links'][number]) =>
      h('li', {}, h('a', { href }, name), files[name] ? h('small', {}, ` ${files[name]}`) : undefined);
    return section('Evidence', 'evidence', h('ul', {}, ...links.map(item)));
  }

  function timeline(assertions: readonly AssertionMeta[], whole: number): HTMLElement {
    const end = Math.max(whole, ...assertions.map(({ ended }) => ended), 0.001);
    const percent = (part: number) => `${((100 * Math.max(0, part)) / end).toFixed(2)}%`;
    const row = ({ title, passed, ended, took }: AssertionMeta) => {
      const bar = h('span', { class: 'bar' });
      bar.style.insetInlineStart = percent(ended - (took ?? 0));
      bar.style.inlineSize = percent(took ?? 0);
      const when =
        took === undefined ? `ended at ${time(ended)}` : `at ${time(Math.max(0, ended - took))}, took ${time(took)}`;
      return h(
        'li',
        { class: passed ? 'passed' : 'failed' },
        state(passed ? 'passed' : 'failed'),
        h('code', {}, title),
        h('span', { class: 'track', 'aria-hidden': 'true' }, bar),
        h('span', { class: 'time' }, when),
      );
    };
    return section(
      `${count(assertions.length, 'assertion')} in ${time(end)}`,
      'timeline',
      h('ol', {}, ...assertions.map(row)),
    );
  }
}
