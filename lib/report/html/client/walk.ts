/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { HopMeta, PathMeta } from '../../lab-meta.ts';
import type { AttemptDetail } from '../page-data.ts';
import type { Dom } from './dom.ts';
import type { drawingView } from './drawing.ts';

export type Walk = ReturnType<typeof walkView>;

/** A packet's path, walked step by step over the drawing. */
export function walkView({ h }: Dom) {
  interface Step {
    path: PathMeta;
    at: string;
    before: string | undefined;
    frame: number;
    text: string;
    lost?: PathMeta['lost'];
  }

  return function walk(
    { paths, frames }: NonNullable<AttemptDetail['failure']>,
    network: ReturnType<ReturnType<typeof drawingView>>,
  ) {
    const steps = paths.flatMap(stepsOf);
    const buttons = steps.map(stepButton);
    const lists = paths.map((path) => {
      const items = steps.flatMap((step, number) => (step.path === path ? [h('li', {}, buttons[number])] : []));
      return h('div', {}, h('h4', {}, headingOf(path)), h('ol', {}, ...items));
    });
    const [first, previous, next] = [control('⇤ Start'), control('← Previous'), control('Next →')];
    const position = h('span', { class: 'position' });
    const said = h('div', { class: 'said', 'aria-live': 'polite' });
    const fields = h('div', { class: 'frame', tabindex: '0', role: 'region', 'aria-label': 'The frame at this step' });
    let current = -1;

    function show(wanted: number): void {
      const number = Math.min(Math.max(wanted, 0), steps.length - 1);
      const [step, last] = [steps[number], steps[current]];
      if (!step || number === current) return;
      for (const [index, button] of buttons.entries()) {
        if (index === number) button.setAttribute('aria-current', 'step');
        else button.removeAttribute('aria-current');
      }
      current = number;
      highlight(number);
      position.textContent = `Step ${number + 1} of ${steps.length}`;
      // Not disabled: that would take the focus from whoever pressed it last.
      for (const button of [first, previous]) button.setAttribute('aria-disabled', String(number === 0));
      next.setAttribute('aria-disabled', String(number === steps.length - 1));
      said.replaceChildren(...describe(step));
      if (step.frame !== last?.frame) fields.replaceChildren(...frameView(step.frame));
    }

    /** What is behind the current step is on its path, what is ahead pale. */
    function highlight(number: number): void {
      const step = steps[number];
      const passed = steps.slice(0, number + 1);
      const devices = new Set(passed.map(({ at }) => at));
      const pairs = new Set(passed.flatMap(({ at, before }) => [`${before} ${at}`, `${at} ${before}`]));
      for (const device of network.element.querySelectorAll('[data-interface]')) {
        const name = device.getAttribute('data-interface') ?? '';
        device.classList.toggle('ahead', device.classList.contains('on-path') && !devices.has(name));
        device.classList.toggle('current', name === step?.at);
        device.classList.toggle('undecided', !step?.lost);
      }
      network.reveal();
      for (const edge of network.element.querySelectorAll('[data-edge]')) {
        const name = edge.getAttribute('data-edge') ?? '';
        edge.classList.toggle('ahead', edge.classList.contains('on-path') && !pairs.has(name));
        edge.classList.toggle(
          'current',
          name === `${step?.before} ${step?.at}` || name === `${step?.at} ${step?.before}`,
        );
      }
    }

    function stepButton(step: Step, number: number): HTMLButtonElement {
      const button = h('button', { type: 'button', ...(step.lost ? { class: 'lost' } : {}) });
      button.append(
        h('code', {}, `${step.lost ? '✗ ' : ''}${step.at}`),
        h('span', {}, ` ${step.lost ? 'lost' : step.text}`),
      );
      button.addEventListener('click', () => show(number));
      return button;
    }

    function frameView(number: number): HTMLElement[] {
      const frame = frames[number];
      if (!frame) return [];
      const layers = frame.layers.map(({ layer, fields: entries }) => {
        const rows = entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
        return h('section', {}, h('h5', {}, layer), h('dl', {}, ...rows));
      });
      return [h('h4', {}, 'Frame'), h('p', {}, h('code', {}, frame.line)), ...layers];
    }

    function onKey(event: KeyboardEvent): void {
      const targets: Record<string, number> = { ArrowLeft: current - 1, ArrowRight: current + 1 };
      const target = targets[event.key];
      if (target === undefined) return;
      event.preventDefault();
      show(target);
    }

    first.addEventListener('click', () => show(0));
    previous.addEventListener('click', () => show(current - 1));
    next.addEventListener('click', () => show(current + 1));
    // What a reader wants to know first: where it was lost.
    const lostAt = steps.findIndex(({ lost }) => lost);
    show(lostAt < 0 ? steps.length - 1 : lostAt);
    const keys = h(
      'p',
      { class: 'muted keys' },
      'The arrow keys ',
      h('kbd', {}, '←'),
      ' and ',
      h('kbd', {}, '→'),
      ' walk, too.',
    );
    const element = h(
      'section',
      { class: 'walk', 'aria-labelledby': 'walk-title' },
      h('h3', { id: 'walk-title' }, 'The packet’s path'),
      h('div', { class: 'controls', role: 'group', 'aria-label': 'Walk the path' }, first, previous, next, position),
      said,
      h('div', { class: 'stage' }, network.element, h('div', { class: 'steps' }, ...lists, keys), fields),
    );
    return { element, onKey };
  };

  function control(text: string): HTMLButtonElement {
    return h('button', { type: 'button' }, text);
  }

  function headingOf({ of, packet }: PathMeta): string {
    return `${of.charAt(0).toUpperCase()}${of.slice(1)}: ${packet}`;
  }

  function stepsOf(path: PathMeta): Step[] {
    const { hops, lost } = path;
    const steps: Step[] = hops.map((hop) => {
      const before = hop.from === undefined ? undefined : hops[hop.from];
      return { path, at: hop.at, before: before?.at, frame: hop.frame, text: words(hop) };
    });
    const hop = hops.findLast(({ at }) => at === lost?.at);
    return lost
      ? [...steps, { path, at: lost.at, before: undefined, frame: hop?.frame ?? 0, text: 'lost', lost }]
      : steps;
  }

  function words({ direction, from, microseconds }: HopMeta): string {
    if (from === undefined) return 'sends it';
    const after = microseconds < 1000 ? `${microseconds.toFixed(0)} µs` : `${(microseconds / 1000).toFixed(1)} ms`;
    return `${direction === 'in' ? 'receives it' : 'sends it on'} after ${after}`;
  }

  function describe({ at, text, lost }: Step): HTMLElement[] {
    if (!lost) return [h('p', {}, h('code', {}, at), ` ${text}`)];
    return [
      h('p', { class: 'lost' }, h('b', {}, 'Lost at '), h('code', {}, at), `: ${lost.text}`),
      ...(lost.hint ? [h('p', { class: 'hint' }, h('b', {}, 'Hint: '), lost.hint)] : []),
      ...(lost.code === 'unknown' ? [] : [h('p', { class: 'hint' }, h('b', {}, 'Code: '), h('code', {}, lost.code))]),
    ];
  }
}
