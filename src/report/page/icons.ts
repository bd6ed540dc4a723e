import type { HypothesisStatus, StabilityVerdict } from "../../record/index.ts";
import { type Markup, markup, trusted } from "../markup.ts";
import { statusWords } from "../words/hypotheses.ts";

const shapes = {
  check: `<path d="M2.2 7.4 5.4 10.6 11.8 3.2" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>`,
  cross: `<path d="M3 3 11 11M11 3 3 11" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/>`,
  dot: `<circle cx="7" cy="7" r="1.5" fill="currentColor"/>`,
  question: `<path d="M4.4 4.8a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.1.9-1.1 1.7" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><circle cx="7" cy="11.6" r="1" fill="currentColor"/>`,
  hatch: `<circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="1.2"/><path d="M3.6 9.4 9.4 3.6M5 11 11 5" stroke="currentColor" stroke-width="1.2"/>`,
} as const;

/** ✓ ✗ · ? as drawings that need no font, with the word for those who cannot see them. */
export function statusMark(status: HypothesisStatus): Markup {
  const shape = { holds: "check", fails: "cross", "not-needed": "dot", unchecked: "question" } as const;
  const tone = status === "holds" || status === "fails" ? status : "open";
  return markup`<td class="mark is-${tone}">${icon(shapes[shape[status]])}<span class="hidden">${statusWords[status]}</span></td>`;
}

/** "✓ stable at 0.15": the user's own step size under one notion of stability. */
export function verdictMark(verdict: StabilityVerdict, text: string): Markup {
  const shape = { stable: "check", unstable: "cross", undetermined: "hatch", "not-applicable": "dot" } as const;
  const tone = verdict === "stable" || verdict === "unstable" ? verdict : "open";
  return markup`<span class="verdict is-${tone}">${icon(shapes[shape[verdict]])}${text}</span>`;
}

function icon(shape: string): Markup {
  return trusted(`<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${shape}</svg>`);
}
