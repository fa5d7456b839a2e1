/** Whether an error is of the kernel or of Node and has one of these codes: `ENOENT`. A `catch` names what it swallows. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

/** What an action returns, or the other value if it fails with one of these codes. Any other error is thrown. */
export function unlessCode<T, O = undefined>(codes: readonly string[], action: () => T, otherwise?: O): T | O {
  return unless((error) => hasCode(error, ...codes), action, otherwise);
}

/** The same for an error of a class. */
export function unlessError<T, O = undefined>(
  ErrorClass: new (...args: never[]) => Error,
  action: () => T,
  otherwise?: O,
): T | O {
  return unless((error) => error instanceof ErrorClass, action, otherwise);
}

function unless<T, O>(isExpected: (error: unknown) => boolean, action: () => T, otherwise: O | undefined): T | O {
  try {
    return action();
  } catch (error) {
    if (isExpected(error)) return otherwise as O;
    throw error;
  }
}

/** What is read of another process; undefined when that fails, except for want of descriptors here: that says nothing of the other. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, 'EMFILE', 'ENFILE')) throw error;
    return undefined;
  }
}
