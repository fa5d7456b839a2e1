/** Whether an error is of the kernel or of Node and has one of these codes: `ENOENT`. A `catch` names what it swallows. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
