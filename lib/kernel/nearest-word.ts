/** The known word that a misspelt one most likely means; undefined if none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((each) => ({ each, distance: editDistance(word.toLowerCase(), each.toLowerCase()) }));
  const [best] = scored.sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.each : undefined;
}

/** How many characters must be added, removed or replaced (Levenshtein), row by row. */
export function editDistance(one: string, other: string): number {
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
