import katex from "katex";
import { type Markup, trusted } from "./markup.ts";

/** TeX of ours as MathML, which browsers set without a font or a script of the page. */
export function formula(tex: string): Markup {
  return trusted(katex.renderToString(tex, { output: "mathml", throwOnError: true, trust: false }));
}
