/** `0.31 ms`, `12 ms`, `3.4 s`. */
export function time(milliseconds: number): string {
  // What would be rounded to 1000 ms is 1.0 s.
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? Number(milliseconds.toPrecision(2)) : Math.round(milliseconds)} ms`;
}

/** `1 lab`, `2 labs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
