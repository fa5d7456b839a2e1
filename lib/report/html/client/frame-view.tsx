import type { AttemptDetail } from '../page-data.ts';
import { breakable } from './breakable.tsx';

type Frame = NonNullable<AttemptDetail['failure']>['frames'][number];

export function FrameView({ frame }: { frame: Frame | undefined }) {
  return (
    <section class="frame" tabIndex={0} aria-label="The frame at this step">
      {frame && (
        <>
          <h4>Frame</h4>
          <p>
            <code>{frame.line}</code>
          </p>
          {frame.layers.map(({ layer, fields }, number) => (
            <section key={number}>
              <h5>{layer}</h5>
              <dl>
                {fields.map(([name, value]) => (
                  <>
                    <dt>{name}</dt>
                    <dd>{breakable(value)}</dd>
                  </>
                ))}
              </dl>
            </section>
          ))}
        </>
      )}
    </section>
  );
}
