/** The colours of figures, page and terminal (the latter by name). Hues mean stable and unstable; everything else is ink and grey. */
export interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly muted: string;
  readonly faint: string;
  readonly hairline: string;
  /** Behind a block of code. */
  readonly wash: string;
  readonly stable: string;
  readonly unstable: string;
}

export const light: Palette = {
  ground: "#fdfdfc",
  ink: "#1b1d21",
  muted: "#5c6068",
  faint: "#8a8e95",
  hairline: "#e3e3e0",
  wash: "#f2f2ef",
  stable: "#2268ad",
  unstable: "#b8501b",
};

export const dark: Palette = {
  ground: "#141619",
  ink: "#eceef0",
  muted: "#a4a9b1",
  faint: "#757b84",
  hairline: "#2d3136",
  wash: "#1e2125",
  stable: "#76b2ee",
  unstable: "#ee9560",
};

/** The system's sans, with Inter before it where someone has it. */
export const sans = `Inter, "Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif`;

/** CSS of everything inside a figure; concrete colours, so that drawing programs read it too. */
export function figureStyle(p: Palette): string {
  return `.figure text{font:13px ${sans};font-variant-numeric:tabular-nums;fill:${p.ink}}
.figure .muted{fill:${p.muted}}.figure .strong{font-weight:600}.figure .aside{font-style:italic;fill:${p.muted}}
.figure .middle{text-anchor:middle}.figure .end{text-anchor:end}
.figure .halo,.figure .over{paint-order:stroke;stroke:${p.ground};stroke-width:4px;stroke-linejoin:round}
.figure .ground{fill:${p.ground}}.figure .hatch{stroke:${p.muted};stroke-width:1.6;fill:none}
.figure .grid{stroke:${p.hairline};fill:none}.figure .zero{stroke:${p.muted};fill:none}.figure .tick{stroke:${p.faint};fill:none}
.figure .main{stroke:${p.ink};stroke-width:2.1;fill:none;stroke-linejoin:round}
.figure .other{stroke:${p.faint};stroke-width:1.7;fill:none;stroke-linejoin:round}
.figure .zoomed path{vector-effect:non-scaling-stroke}
.figure .band{fill:${p.ink};fill-opacity:.16}
.figure .rule{stroke:${p.ink};stroke-width:1.2;stroke-dasharray:1.5 3;fill:none}
.figure .threshold{stroke:${p.ink};stroke-width:1;fill:none}
.figure .stable{fill:${p.stable}}.figure .unstable{fill:${p.unstable}}.figure .neutral{fill:${p.faint}}.figure .inkfill{fill:${p.ink}}
.figure .stable-tint{fill:${p.stable};fill-opacity:.1}.figure .unstable-tint{fill:${p.unstable};fill-opacity:.1}
.figure .stable-line{stroke:${p.stable};stroke-width:2.1;fill:none}.figure .unstable-line{stroke:${p.unstable};stroke-width:2.1;fill:none}
.figure .dashed{stroke-dasharray:5 4}.figure .rug{stroke:${p.muted};fill:none}${p.ground === light.ground ? "" : ".figure .mask{filter:invert(1)}"}
.figure .hatch-open{stroke:#3a3d42;stroke-width:1.1;fill:none}
.figure .map-line{stroke:#1b1d21;stroke-width:1.2;fill:none;stroke-linecap:round}.figure .map-line.bold{stroke-width:2.2}.figure .map-line.dashed{stroke-dasharray:4 3}
.figure text.map-label{fill:#1b1d21;paint-order:stroke;stroke:#ffffff;stroke-opacity:.85;stroke-width:4px;stroke-linejoin:round}
.figure .own-ring circle{fill:none;stroke:#1b1d21;stroke-width:1.8}
.figure .frame{stroke:${p.faint};stroke-width:1;fill:none}.figure .ring{stroke:${p.ink};stroke-width:1.6;fill:${p.ground}}`;
}

/** The same in both themes: what a reader's system asks for, or one of the two. */
export function themed(css: (palette: Palette) => string, theme: "light" | "dark" | undefined): string {
  if (theme !== undefined) return css(theme === "dark" ? dark : light);
  return `${css(light)}\n@media screen and (prefers-color-scheme:dark){${css(dark)}}`;
}
