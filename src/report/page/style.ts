import { figureStyle, type Palette, sans, themed } from "../figure/style.ts";

const mono = `ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace`;

/** The style sheet of a report page: one column of 812 px, three figure layouts, light, dark, print. */
export function pageStyle(theme: "light" | "dark" | undefined): string {
  return `${layout}\n${themed(colours, theme)}\n${print}`;
}

const layout = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;padding:52px 24px 72px;font:16px/1.5 ${sans};font-variant-numeric:tabular-nums;text-rendering:optimizeLegibility;-webkit-font-smoothing:antialiased}
main{max-width:812px;margin:0 auto}
p,ul,ol,dl,figure,table,pre{margin:0}
.subject{font-size:13.5px;letter-spacing:.002em}
h1{margin:6px 0 16px;max-width:24em;font-size:31px;line-height:1.2;font-weight:650;letter-spacing:-.014em;text-wrap:balance}
h1 code{font-size:.86em}
.lead{max-width:38em;margin:0 0 26px;font-size:18px;line-height:1.56;text-wrap:pretty}
.lead strong{font-weight:600;white-space:nowrap}.lead strong.long{white-space:normal}
.lead p+p{margin-top:.35em}
.numbers{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);margin:32px 0 40px;border-width:1px 0;border-style:solid}
.numbers>div{padding:15px 14px 15px 16px;border-left:1px solid}
.numbers>div:first-child{padding-left:0;border-left:0}
.numbers dt{font-size:13.5px;line-height:1.35}
.numbers dd{margin:0;font-size:13.5px;line-height:1.45}
.numbers .value{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:0 14px;margin:4px 0 5px;font-size:27px;line-height:1.2;font-weight:600;letter-spacing:-.005em}
.numbers .value.long{font-size:21px;line-height:1.54}
.verdict{display:inline-flex;font-size:13.5px;letter-spacing:0;align-items:center;gap:5px;font-weight:600;white-space:nowrap}
.verdict svg{flex:none;position:relative;top:1px}
section{margin-top:44px}
h2{margin:0 0 12px;font-size:18px;line-height:1.3;font-weight:600;letter-spacing:-.006em}
section>p,.caption,details p{max-width:41em}
.caption{margin-top:14px;font-size:15px;line-height:1.5;text-wrap:pretty}
header+figure{margin-top:34px}
figure{position:relative;outline-offset:8px}
figure svg.figure{display:none;width:100%;height:auto;overflow:visible;touch-action:pan-y;user-select:none;-webkit-user-select:none}
figure svg.figure.wide{display:block}
.readout{position:absolute;top:-3px;right:0;font-size:13px;line-height:20px;white-space:pre-wrap;pointer-events:none}
.pinned{margin-top:12px}
.figure .cursor{stroke-width:1;fill:none;pointer-events:none}.figure .drag{fill-opacity:.1;pointer-events:none}
table{width:100%;border-collapse:collapse;font-size:15px;line-height:1.45}
td,th{padding:9px 16px 9px 0;border-top:1px solid;text-align:left;vertical-align:baseline;font-weight:400}
tr:last-child td,tr:last-child th{border-bottom:0}
.scroll{overflow-x:auto}
thead th{font-size:13.5px;padding-top:14px}.exceptional{margin-top:14px}
.hypotheses .mark{width:31px;padding-right:0}.hypotheses .mark svg{display:block;position:relative;top:1px}
.hypotheses th{width:48%}
.statement{margin:12px 0 16px;padding-left:16px;border-left:2px solid}
.statement .source{display:block;margin-top:3px;font-size:13.5px}
ul.plain{padding:0;list-style:none}ul.plain li{padding:7px 0;border-top:1px solid;max-width:none}
details{border-top:1px solid}
details:last-of-type{border-bottom:1px solid}
.note{margin-top:14px}pre+dl{margin-top:16px}dl+details,table+details,.note+details,p+details{margin-top:22px}
summary{padding:11px 0;cursor:pointer;font-weight:500;list-style:none;display:flex;justify-content:space-between;gap:16px}
summary::-webkit-details-marker{display:none}
summary::after{content:"+";font-weight:400;font-size:18px;line-height:1.3}
details[open]>summary::after{content:"−"}
details>div{padding:0 0 18px}
dl.pairs{display:grid;grid-template-columns:minmax(120px,auto) 1fr;gap:5px 24px;font-size:15px}
dl.pairs dt,dl.pairs dd{margin:0;overflow-wrap:anywhere}
.formulas{display:grid;gap:10px;margin-top:16px}
math{font-size:1.06em}
pre,code{font-family:${mono}}
code{font-size:.9em}
pre{padding:12px 14px;border-radius:5px;font-size:13px;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
.hash{font:12.5px/1.5 ${mono};overflow-wrap:anywhere}
footer{margin-top:40px;font-size:13px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
sub{font-size:.72em;line-height:0}
@media (max-width:859px){
figure svg.figure.wide{display:none}figure svg.figure.medium{display:block;max-width:640px}}
@media (max-width:599px){
body{padding:24px 16px 48px}
figure svg.figure.medium{display:none}figure svg.figure.narrow{display:block;max-width:460px}
h1{margin-bottom:13px;font-size:24px;line-height:1.24}
.lead{font-size:16.5px;line-height:1.52}
.numbers{grid-auto-flow:row;grid-auto-columns:1fr;margin:26px 0 30px}
.numbers>div{padding:12px 0;border-left:0;border-top:1px solid}
.numbers>div:first-child{border-top:0}
.numbers .value{margin:1px 0 2px;font-size:24px}
section{margin-top:36px}
.hypotheses tr{display:grid;grid-template-columns:26px 1fr;padding:9px 0;border-top:1px solid}
.hypotheses td,.hypotheses th{width:auto;padding:0;border:0}.hypotheses td:last-child{grid-column:2;font-size:14px}
dl.pairs{grid-template-columns:1fr;gap:0}dl.pairs dd{margin-bottom:8px}
.readout{position:static;display:block;min-height:20px;margin-bottom:4px}}
@media (max-width:340px){body{padding-inline:12px}}`;

function colours(p: Palette): string {
  return `body{background:${p.ground};color:${p.ink};color-scheme:${p.ground === "#fdfdfc" ? "light" : "dark"}}
.subject,.lead,.numbers dt,.numbers dd,.caption,td,.source,thead th,footer,.readout,dl.pairs dt,.note{color:${p.muted}}
.lead strong,.numbers .value,tbody th{color:${p.ink}}
.numbers,.numbers>div,td,th,details,details:last-of-type,.hypotheses tr,ul.plain li{border-color:${p.hairline}}
.statement{border-color:${p.faint}}
pre{background:${p.wash};color:${p.ink}}
a{color:${p.stable}}summary::after{color:${p.muted}}
.verdict.is-stable,.mark.is-holds{color:${p.stable}}.verdict.is-unstable,.mark.is-fails{color:${p.unstable}}.verdict.is-open,.mark.is-open{color:${p.muted}}
figure:focus-visible,summary:focus-visible{outline:2px solid ${p.stable}}
.figure .cursor{stroke:${p.muted}}.figure .drag{fill:${p.ink}}
${figureStyle(p)}`;
}

const print = `@media print{
@page{margin:16mm 14mm}
body{padding:0;background:none;font-size:10.5pt}
main{max-width:none}
h1{font-size:20pt}.lead{font-size:12pt}
figure svg.figure.wide{display:block;max-width:none}figure svg.figure.medium,figure svg.figure.narrow,.readout{display:none!important}
section,figure,tr,.numbers,details>div{break-inside:avoid}h2,summary{break-after:avoid}
section{margin-top:24px}.numbers{margin:22px 0 24px}
summary::after{content:none!important}
details:not([open])>*{display:block}details::details-content{content-visibility:visible;display:block;block-size:auto}
.figure .ground,.figure .cursor{fill:none;stroke:none}}`;
