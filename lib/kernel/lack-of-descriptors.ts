/** Whether a call has failed because this process, or the machine, has no descriptor left. */
export function isLackOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}
