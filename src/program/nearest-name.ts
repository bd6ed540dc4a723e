/** `; did you mean sin?` when one of `names` is close to `word`, otherwise nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const found = nearestName(word, names);
  return found === null ? "" : `; did you mean ${found}?`;
}

/** The name with the fewest edits from `word` (insert, delete, replace, swap neighbours; letter case is free), if few enough. */
export function nearestName(word: string, names: readonly string[]): string | null {
  if (word.length > 64) return null;
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const edits = editDistance(word.toLowerCase(), name.toLowerCase());
    if (edits < fewest && edits < Math.min(word.length, name.length)) {
      fewest = edits;
      best = name;
    }
  }
  return best;
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        current[j] = Math.min(current[j]!, before[j - 2]! + 1);
      }
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}
