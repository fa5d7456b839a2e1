/** The exit codes of every command, as `--help` documents them. */
export const EXIT = {
  ok: 0,
  /** `modes`: kernel and model differ. `doctor`: something that is needed is missing. */
  difference: 1,
  usage: 2,
  unable: 3,
} as const;
