import type { ReflectedFrames, Reflection } from '../probes/reflection.ts';

/** What can be said of a switch. */
export interface ReflectionVerdict {
  verdict: 'reflects' | 'does not reflect' | 'cannot tell';
  /** What it rests on, or why nothing can be said. */
  because: string;
}

/** Judges what was observed. A negative needs more than silence: the frames left, and the switch is not deaf. */
export function judgeReflection(nic: string, { frames, neighbour, carrier }: Reflection): ReflectionVerdict {
  const total = (of: (each: ReflectedFrames) => number) => frames.reduce((sum, each) => sum + of(each), 0);
  const [sent, left, returned] = [
    total((each) => each.sent),
    total((each) => each.left),
    total((each) => each.returned),
  ];
  const [heard, extra] = [total((each) => each.heard), total((each) => each.extra)];
  const unknown = (because: string): ReflectionVerdict => ({ verdict: 'cannot tell', because });
  if (!carrier) return unknown(`${nic} lost its carrier meanwhile`);
  if (frames.every((each) => each.heard > 0)) {
    const again = extra > 0 ? `, and ${extra} further copies of them: the switch, or a loop behind it, makes them` : '';
    return { verdict: 'reflects', because: `${heard} of ${sent} frames came back to the other child${again}` };
  }
  if (heard > 0) {
    const counts = frames.map(
      ({ frame, from, heard: back, sent: all }) => `${frame} of child ${from} ${back} of ${all}`,
    );
    return unknown(`it came back in part only: ${counts.join(', ')}`);
  }
  if (left < sent) return unknown(`only ${left} of ${sent} frames left by ${nic}`);
  if (returned > 0) return unknown(`${returned} of ${sent} frames came back to ${nic}, but to no child: a filter?`);
  if (neighbour?.chosen && !neighbour.answered) {
    return unknown(
      `nothing came back, but ${neighbour.address} did not answer both children either: a port may drop foreign MAC addresses`,
    );
  }
  const control = neighbour?.answered
    ? `${neighbour.address} behind it answered both children`
    : 'nobody behind it answered the children, and a port that drops foreign MAC addresses looks the same: --neighbour names somebody to ask';
  return { verdict: 'does not reflect', because: `${left} frames left by ${nic} and none came back; ${control}` };
}
