import { useState } from 'preact/hooks';
import type { PathMeta } from '../../lab-meta.ts';
import type { AttemptDetail } from '../page-data.ts';
import { FrameView } from './frame-view.tsx';
import { NetworkDrawing } from './network-drawing.tsx';
import { usePageKey } from './page-key.ts';
import { decisiveStep, type Step, stepsOf } from './walk-steps.ts';

interface Props {
  failure: NonNullable<AttemptDetail['failure']>;
  svg: string;
}

/** A packet's path, walked step by step over the drawing. */
export function PacketWalk({ failure: { paths, frames }, svg }: Props) {
  const steps = paths.flatMap(stepsOf);
  const [current, setCurrent] = useState(decisiveStep(steps));
  const step = steps[current];
  const within = (number: number) => Math.min(Math.max(number, 0), steps.length - 1);
  const walk = (to: number) => setCurrent(within(to));

  usePageKey((event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    // A second key may come before the first is shown.
    setCurrent((before) => within(before + by));
  });

  return (
    <section class="walk" aria-labelledby="walk-title">
      <h3 id="walk-title">The packet’s path</h3>
      <div class="controls" role="group" aria-label="Walk the path">
        {/* Not disabled: that would take the focus from whoever pressed it last. */}
        <button type="button" aria-disabled={current === 0} onClick={() => walk(0)}>
          ⇤ Start
        </button>
        <button type="button" aria-disabled={current === 0} onClick={() => walk(current - 1)}>
          ← Previous
        </button>
        <button type="button" aria-disabled={current === steps.length - 1} onClick={() => walk(current + 1)}>
          Next →
        </button>
        <span class="position">{`Step ${current + 1} of ${steps.length}`}</span>
      </div>
      <div class={step?.lost ? 'said at-loss' : 'said'} aria-live="polite">
        {step && <Said step={step} />}
      </div>
      <div class={isWide(svg) ? 'stage wide' : 'stage'}>
        <NetworkDrawing svg={svg} walked={{ steps, current }} />
        <div class="steps">
          {paths.map((path, number) => (
            <Steps key={number} path={path} steps={steps} current={current} onWalk={walk} />
          ))}
          <p class="keys">
            The arrow keys <kbd>←</kbd> and <kbd>→</kbd> walk, too.
          </p>
        </div>
        <FrameView frame={frames[step?.frame ?? 0]} />
      </div>
    </section>
  );
}

function Said({ step: { at, text, lost } }: { step: Step }) {
  if (!lost)
    return (
      <p>
        <code>{at}</code> {text}
      </p>
    );
  return (
    <>
      <p class="lost">
        <b>Lost at</b> <code>{at}</code>: {lost.text}
      </p>
      {lost.hint && (
        <p class="hint">
          <b>Hint:</b> {lost.hint}
        </p>
      )}
      {lost.code !== 'unknown' && (
        <p class="hint">
          <b>Code:</b> <code>{lost.code}</code>
        </p>
      )}
    </>
  );
}

interface StepsProps {
  path: PathMeta;
  steps: readonly Step[];
  current: number;
  onWalk: (to: number) => void;
}

function Steps({ path, steps, current, onWalk }: StepsProps) {
  const heading = `${path.of.charAt(0).toUpperCase()}${path.of.slice(1)}: ${path.packet}`;
  return (
    <div>
      <h4>{heading}</h4>
      <ol>
        {steps.map((step, number) =>
          step.path !== path ? undefined : (
            <li key={number}>
              <button
                type="button"
                class={step.lost ? 'lost' : undefined}
                aria-current={number === current ? 'step' : undefined}
                onClick={() => onWalk(number)}
              >
                <code>{`${step.lost ? '✗ ' : ''}${step.at}`}</code>
                <span>{` ${step.text}`}</span>
              </button>
            </li>
          ),
        )}
      </ol>
    </div>
  );
}

/** Wider than the room beside the frame: it gets a row of its own. */
function isWide(svg: string): boolean {
  return Number(/ width="(\d+)"/.exec(svg)?.[1] ?? 0) > 760;
}
