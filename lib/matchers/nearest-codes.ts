import { editDistance } from '../kernel/nearest-word.ts';

/** The codes most like a misspelt one, the nearest first. The area may be missing: `isolated` is near `bridge.isolated`. */
export function nearestCodes(word: string, codes: readonly string[], count = 3): string[] {
  const scored = codes.map((code) => {
    const own = code.slice(code.indexOf('.') + 1);
    return { code, distance: Math.min(editDistance(word, code), editDistance(word, own)) };
  });
  return scored
    .sort((one, other) => one.distance - other.distance)
    .slice(0, count)
    .map(({ code }) => code);
}
