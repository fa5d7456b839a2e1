import { type DiagnosisData, diagnosisOf } from 'hairpin';

/** The diagnosis of an assertion that is to fail, without its words and its certainty. */
export async function diagnosed(
  assertion: PromiseLike<unknown>,
): Promise<Pick<DiagnosisData, 'code' | 'facts' | 'of' | 'lastSeen'>> {
  try {
    await assertion;
  } catch (error) {
    const diagnosis = diagnosisOf(error);
    if (!diagnosis) throw error;
    const { code, facts, of, lastSeen } = diagnosis;
    return { code, facts, of, ...(lastSeen === undefined ? {} : { lastSeen }) };
  }
  throw new Error('the assertion was to fail, and passed');
}
