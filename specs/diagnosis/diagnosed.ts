import { type DiagnosisData, diagnosisOf } from 'hairpin';

/** The code, the facts and the place of an assertion that is to fail. */
export async function diagnosed(
  assertion: PromiseLike<unknown>,
): Promise<Pick<DiagnosisData, 'code' | 'facts' | 'of' | 'at'>> {
  try {
    await assertion;
  } catch (error) {
    const diagnosis = diagnosisOf(error);
    if (!diagnosis) throw error;
    const { code, facts, of, at } = diagnosis;
    return { code, facts, of, ...(at === undefined ? {} : { at }) };
  }
  throw new Error('the assertion was to fail, and passed');
}
