export { renderFigures, renderTables } from "./export.ts";
export { type PageOptions, renderHtml } from "./page/report-page.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
