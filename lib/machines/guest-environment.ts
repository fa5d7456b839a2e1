/** What speaks of a run that this one is inside of, or of a terminal that the guest does not have. */
const OUTER = /^(VITEST|HAIRPIN_|npm_|NODE_CHANNEL_|NODE_UNIQUE_ID|FORCE_COLOR|TMPDIR|PWD|OLDPWD|SHLVL|_$)/;

/** The environment of a program in the guest: this process's, so that a spec that reads a variable finds it there. */
export function guestEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && /^\w+$/.test(name) && !OUTER.test(name),
  );
  // CI: vitest then prints lines, and no screen that it draws anew.
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...(Object.fromEntries(kept) as Record<string, string>),
    CI: '1',
    ...more,
  };
}
