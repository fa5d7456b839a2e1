/** The exit codes of every command, as `--help` documents them. */
export const EXIT = {
  ok: 0,
  /** `modes`: kernel and model differ. `doctor`: something that is needed is missing. `check-switch`: it does not reflect. */
  difference: 1,
  usage: 2,
  /** This machine cannot run it. `check-switch`: it cannot be told. */
  unable: 3,
} as const;
