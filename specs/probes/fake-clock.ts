/** The time that {@link now} tells: it goes on only where a fake lets it. */
export const clock = { milliseconds: 0 };

/** Stands in for the kernel's clock. */
export function now(): number {
  return clock.milliseconds;
}

/** Lets time pass. */
export async function pass(milliseconds: number): Promise<void> {
  clock.milliseconds += milliseconds;
}
