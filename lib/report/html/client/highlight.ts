import type { Step } from './walk-steps.ts';

/** In a drawing: what is behind the current step is on the path, what is ahead pale. */
export function highlight(drawing: ParentNode, steps: readonly Step[], current: number): void {
  const step = steps[current];
  const passed = steps.slice(0, current + 1);
  const devices = new Set(passed.map(({ at }) => at));
  const pairs = new Set(passed.flatMap(({ at, before }) => [`${before} ${at}`, `${at} ${before}`]));
  for (const device of drawing.querySelectorAll('[data-interface]')) {
    const name = device.getAttribute('data-interface') ?? '';
    device.classList.toggle('ahead', device.classList.contains('on-path') && !devices.has(name));
    device.classList.toggle('current', name === step?.at);
    device.classList.toggle('undecided', !step?.lost);
  }
  for (const edge of drawing.querySelectorAll('[data-edge]')) {
    const name = edge.getAttribute('data-edge') ?? '';
    edge.classList.toggle('ahead', edge.classList.contains('on-path') && !pairs.has(name));
    edge.classList.toggle('current', [`${step?.before} ${step?.at}`, `${step?.at} ${step?.before}`].includes(name));
  }
}
