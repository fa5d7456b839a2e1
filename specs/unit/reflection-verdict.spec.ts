import { expect, test } from 'hairpin';
import { judgeReflection } from '../../lib/cli/reflection-verdict.ts';
import type { ReflectedFrames, Reflection } from '../../lib/probes/reflection.ts';

/** Four kinds of frames of the same fate. */
function reflection(fate: Partial<ReflectedFrames>, more: Partial<Reflection> = {}): Reflection {
  const frames = (['broadcast', 'unicast'] as const).flatMap((frame) =>
    ['one', 'two'].map((from) => ({ frame, from, sent: 3, left: 3, returned: 0, heard: 0, extra: 0, ...fate })),
  );
  return { frames, neighbour: undefined, carrier: true, ...more };
}

const neighbour = { address: '10.0.0.2', chosen: false, answered: false };

// What the specs of check-switch cannot bring about in a lab.
const cases: [what: string, observed: Reflection, verdict: string, because: string][] = [
  ['a frame of each kind lost', reflection({ returned: 2, heard: 2 }), 'reflects', '8 of 12 frames came back'],
  ['the carrier lost', reflection({}, { carrier: false }), 'cannot tell', 'nic0 lost its carrier meanwhile'],
  ['none left', reflection({ left: 0 }), 'cannot tell', 'only 0 of 12 frames left by nic0'],
  [
    'they came back, but not to the children',
    reflection({ returned: 3 }),
    'cannot tell',
    '12 of 12 frames came back to nic0, but to no child',
  ],
  [
    'a gateway that does not answer, and that nobody named',
    reflection({}, { neighbour }),
    'does not reflect',
    'nobody behind it answered the children',
  ],
  [
    'a neighbour that was named and does not answer',
    reflection({}, { neighbour: { ...neighbour, chosen: true } }),
    'cannot tell',
    '10.0.0.2 did not answer both children either',
  ],
];

test.for(cases)('%s', ([, observed, verdict, because]) => {
  expect(judgeReflection('nic0', observed)).toEqual({ verdict, because: expect.stringContaining(because) });
});
