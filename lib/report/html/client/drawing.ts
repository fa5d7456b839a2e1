/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Dom } from './dom.ts';

/** A network on the page. */
interface Drawing {
  element: HTMLElement;
  /** Scrolls its frame, and nothing else, to the device that the packet is at; without one to where the lab begins. */
  reveal: () => void;
}

/** The drawings, each in a frame in which a large one scrolls. */
export function drawingView({ h, read }: Dom) {
  let parser: DOMParser | undefined;

  return function drawing(number: number): Drawing {
    const svg = parse(read<string>(`drawing-${number}`));
    const frame = h('div', { class: 'drawing', tabindex: '0', role: 'region', 'aria-label': 'The network' }, svg);
    const whole = h('button', { type: 'button', 'aria-pressed': 'false' }, 'Whole network');

    function reveal(): void {
      const part = svg.querySelector('.interface.current') ?? svg.querySelector('.namespace');
      if (!part) return;
      const [inner, outer] = [part.getBoundingClientRect(), frame.getBoundingClientRect()];
      frame.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
      frame.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
    }

    function isCut(): boolean {
      return frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight;
    }

    whole.addEventListener('click', () => {
      whole.setAttribute('aria-pressed', String(frame.classList.toggle('whole')));
      reveal();
    });
    // Only now, and whenever the window changes, it is known how much there is room for.
    new ResizeObserver(() => {
      whole.hidden = !frame.classList.contains('whole') && !isCut();
      reveal();
    }).observe(frame);
    return { element: h('div', { class: 'picture' }, frame, whole), reveal };
  };

  function parse(text: string): Element {
    parser ??= new DOMParser();
    const { documentElement } = parser.parseFromString(text, 'image/svg+xml');
    const svg = document.importNode(documentElement, true);
    // Smaller than this its text is not to be read.
    if (svg instanceof SVGElement) svg.style.setProperty('--least', `${0.73 * Number(svg.getAttribute('width'))}px`);
    return svg;
  }
}
