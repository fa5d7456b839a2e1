/** The message that an assertion fails with. */
export async function failureOf(assertion: PromiseLike<unknown>): Promise<string> {
  try {
    await assertion;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the assertion was to fail, and passed');
}
