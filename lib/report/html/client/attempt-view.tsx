import type { AttemptDetail } from '../page-data.ts';
import { EvidenceLinks } from './evidence-links.tsx';
import { Failure } from './failure.tsx';
import { NetworkDrawing } from './network-drawing.tsx';
import { PacketWalk } from './packet-walk.tsx';
import { Timeline } from './timeline.tsx';

/** An attempt: its failures, the lost packet's path or else the network, the files that were kept, and its questions. */
export function AttemptView({ attempt, drawingOf }: { attempt: AttemptDetail; drawingOf: (number: number) => string }) {
  const { state, milliseconds, errors, assertions, failure, links, drawing } = attempt;
  const svg = drawing === undefined ? undefined : drawingOf(drawing);
  const walked = failure && failure.paths.length > 0 ? failure : undefined;
  // The path stands below the failure that it explains.
  const until = errors.findIndex(({ message }) => failure && message.includes(failure.question)) + 1 || errors.length;
  const shownErrors = errors.map((error, number) => <Failure key={number} error={error} number={number} />);
  return (
    <div class="attempt">
      {shownErrors.slice(0, until)}
      {svg !== undefined && walked && <PacketWalk failure={walked} svg={svg} />}
      {shownErrors.slice(until)}
      {links.length > 0 && <EvidenceLinks links={links} />}
      {svg !== undefined && !walked && (
        <section class="network" aria-labelledby="network-title">
          <h3 id="network-title">Network</h3>
          <NetworkDrawing svg={svg} />
        </section>
      )}
      {assertions.length > 0 && <Timeline assertions={assertions} milliseconds={milliseconds} />}
      {svg === undefined && errors.length + assertions.length === 0 && (
        <p class="muted">{state === 'skipped' ? 'It did not run.' : 'It asked no network anything.'}</p>
      )}
    </div>
  );
}
