import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { highlight } from './highlight.ts';
import type { Step } from './walk-steps.ts';

interface Props {
  svg: string;
  walked?: { steps: readonly Step[]; current: number };
}

const SIZES = { width: 'Fit width', whole: 'Whole network', full: 'Full size' } as const;
type Size = keyof typeof SIZES;

/** Below it nothing in a drawing can be told from anything else: it is then shown in full at first. */
const LEAST_SCALE = 0.3;

/** A drawing as wide as there is room. A high one scrolls to the device that the packet is at, and can be seen whole. */
export function NetworkDrawing({ svg, walked }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>('width');
  const [sizes, setSizes] = useState<readonly Size[]>([]);

  useLayoutEffect(() => {
    const drawing = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    frame.current?.replaceChildren(document.importNode(drawing, true));
    if (frame.current && fitOf(frame.current).scale < LEAST_SCALE) setSize('full');
  }, [svg]);

  useLayoutEffect(() => {
    if (!frame.current) return;
    if (walked) highlight(frame.current, walked.steps, walked.current);
    reveal(frame.current);
  }, [svg, size, walked?.current]);

  // Only now, and whenever the window changes, it is known how much room there is.
  useLayoutEffect(() => {
    const { current } = frame;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      const next = usefulSizes(current);
      setSizes((before) => (before.join() === next.join() ? before : next));
      reveal(current);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [svg]);

  return (
    <div class="picture">
      <div class={`drawing ${size}`} ref={frame} tabIndex={0} role="region" aria-label="The network" />
      {sizes.length > 1 && (
        <div class="sizes" role="group" aria-label="Size of the drawing">
          {sizes.map((each) => (
            <button key={each} type="button" aria-pressed={each === size} onClick={() => setSize(each)}>
              {SIZES[each]}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The sizes that differ from each other here. */
function usefulSizes(frame: HTMLElement): Size[] {
  const { scale, height } = fitOf(frame);
  const isHigh = height * scale > Number.parseFloat(getComputedStyle(frame).maxBlockSize);
  return ['width', ...(isHigh ? (['whole'] as const) : []), ...(scale < 1 ? (['full'] as const) : [])];
}

/** By how much a drawing shrinks to the width that there is. */
function fitOf(frame: HTMLElement): { scale: number; height: number } {
  const drawing = frame.querySelector('svg');
  const [width, height] = [drawing?.width.baseVal.value ?? 0, drawing?.height.baseVal.value ?? 0];
  const room = frame.clientWidth - 2 * Number.parseFloat(getComputedStyle(frame).paddingInline);
  return { scale: Math.min(1, room / width), height };
}

/** Scrolls the frame, and nothing else, to the device that the packet is at; without one to where the lab begins. */
function reveal(frame: HTMLElement): void {
  const part = frame.querySelector('.interface.current') ?? frame.querySelector('.namespace');
  if (!part) return;
  const [inner, outer] = [part.getBoundingClientRect(), frame.getBoundingClientRect()];
  frame.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  frame.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}
