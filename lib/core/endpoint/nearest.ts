/** The candidate that a mistyped word most likely meant: at most a third of it is wrong, and three characters. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance, row by row; both words are short (keys), longer ones are cut. */
function editDistance(a: string, b: string): number {
  const [left, right] = [a.slice(0, 40), b.slice(0, 40)];
  let row = Array.from({ length: right.length + 1 }, (_, i) => i);
  let distance = right.length;
  for (const [i, char] of [...left].entries()) {
    let diagonal = i;
    distance = i + 1;
    const next = [distance];
    for (const [j, above] of row.slice(1).entries()) {
      distance = Math.min(diagonal + (char === right.charAt(j) ? 0 : 1), above + 1, distance + 1);
      next.push(distance);
      diagonal = above;
    }
    row = next;
  }
  return distance;
}
