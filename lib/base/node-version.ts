/** What package.json's `engines` says. */
const OLDEST = [22, 12] as const;

/** The sentence on a Node that is too old; undefined for one that is not. */
export function whyNodeIsTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needed, least] = OLDEST;
  if (major > needed || (major === needed && minor >= least)) return undefined;
  return `hairpin needs Node ${OLDEST.join('.')} or newer: this is ${version}`;
}
