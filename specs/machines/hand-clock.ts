/** A clock that a spec moves by hand, and its time-outs. */
export function handClock() {
  let time = 0;
  const timers = new Set<{ due: number; callback: () => void }>();
  return {
    now: () => time,
    after: (milliseconds: number, callback: () => void) => {
      const timer = { due: time + milliseconds, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (milliseconds: number) => {
      time += milliseconds;
      for (const timer of [...timers]) if (timer.due <= time && timers.delete(timer)) timer.callback();
    },
  };
}
