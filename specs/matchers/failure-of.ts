/**
 * The message of an assertion that is to fail, without what the kernel itself says of a drop: that is there only as root,
 * and has other words on other kernels.
 */
export async function failureOf(assertion: PromiseLike<unknown>): Promise<string> {
  return (await wholeFailureOf(assertion)).replace(/^Kernel: .*\n/m, '');
}

/** The message as it is. */
export async function wholeFailureOf(assertion: PromiseLike<unknown>): Promise<string> {
  try {
    await assertion;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the assertion was to fail, and passed');
}
