/** Text of a figure is set in this size, in pixels of the viewBox. */
export const fontSize = 13;

/** An estimate of the width of a text, on the safe side for the usual system fonts, of which DejaVu Sans is the widest. */
export function textWidth(text: string, size = fontSize): number {
  let units = 0;
  for (const c of text) units += unitsOf(c);
  return units * size;
}

function unitsOf(c: string): number {
  if (/[ilj.,;:'|!·\s]/.test(c)) return 0.34;
  if (/[mwMW%—−+=±×≤≥<>]/.test(c)) return 0.86;
  return /[A-Z]/.test(c) ? 0.72 : 0.63;
}
