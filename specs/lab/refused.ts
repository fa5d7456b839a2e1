import { UsageError } from 'hairpin';

/** The message by which a call is refused before the kernel is asked. */
export function refused(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('the call was to be refused');
}
