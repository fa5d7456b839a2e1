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

/** How many characters must be added, removed or replaced (Levenshtein), row by row. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, character] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (row[column] as number) + (character === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
