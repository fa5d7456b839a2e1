/** The exit codes of every command. */
export const EXIT = {
  ok: 0,
  /**
   * `modes`: kernel and model, or two kernels, differ. `doctor`: something that is needed is missing. `test`: a test or a
   * kernel fails. `check-switch`: it does not reflect.
   */
  difference: 1,
  usage: 2,
  /** This machine cannot run it. `check-switch`: it cannot be told. */
  unable: 3,
} as const;

/** The part of a command's `--help` about its exit codes, a line each. */
export function exitCodes(meanings: { readonly [K in keyof typeof EXIT]?: string }): string {
  const lines = Object.entries(meanings).map(([code, meaning]) => `  ${EXIT[code as keyof typeof EXIT]}  ${meaning}`);
  return ['', 'Exit codes:', ...lines].join('\n');
}
