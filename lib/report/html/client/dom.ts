/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

export type Dom = ReturnType<typeof domTools>;

/** What the views are made with. Data becomes text nodes and attributes, never markup. */
export function domTools() {
  const marks = { passed: '✓', failed: '✗', skipped: '–' };

  function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Record<string, string> = {},
    ...children: (Node | string | undefined)[]
  ): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== undefined));
    return element;
  }

  /** A block of the page's data, read when it is first needed. */
  function read<T>(id: string): T {
    return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as T;
  }

  /** `0.31 ms`, `12 ms`, `3.4 s`. */
  function time(milliseconds: number): string {
    if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
    return `${milliseconds < 10 ? Number(milliseconds.toPrecision(2)) : Math.round(milliseconds)} ms`;
  }

  /** A mark for the eye, a word for everybody else. */
  function state(of: keyof typeof marks): HTMLElement {
    return h(
      'span',
      { class: `state ${of}` },
      h('span', { 'aria-hidden': 'true' }, marks[of]),
      h('span', { class: 'for-readers' }, of),
    );
  }

  function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
  }

  return { h, read, time, state, count };
}
