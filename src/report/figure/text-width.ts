/** Text of a figure is set in this size, in pixels of the viewBox. */
export const fontSize = 13;

/** An estimate of the width of a text, on the safe side for the usual system fonts. */
export function textWidth(text: string, size = fontSize): number {
  let units = 0;
  for (const c of text)
    units += /[ilj.,;:'|!·\s]/.test(c) ? 0.32 : /[mwMW%—]/.test(c) ? 0.92 : /[A-Z]/.test(c) ? 0.7 : 0.59;
  return units * size;
}
