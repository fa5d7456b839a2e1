import { type DiagnosisData, diagnosisOf } from 'hairpin';

/** The code and the facts of an assertion that is to fail; `at`: where the packet was last seen. */
export async function diagnosed(
  assertion: PromiseLike<unknown>,
): Promise<Pick<DiagnosisData, 'code' | 'facts' | 'of'> & { at?: string }> {
  try {
    await assertion;
  } catch (error) {
    const diagnosis = diagnosisOf(error);
    if (!diagnosis) throw error;
    const { code, facts, of, lastSeen: at } = diagnosis;
    return { code, facts, of, ...(at === undefined ? {} : { at }) };
  }
  throw new Error('the assertion was to fail, and passed');
}
