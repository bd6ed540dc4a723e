import { sealCertificate } from "../experiment/index.ts";
import type { RunFile } from "../host/index.ts";
import { encodeRecord, type RunRecord } from "../record/index.ts";
import { renderFigures, renderHtml, renderTables } from "../report/index.ts";

/** Everything that `--out` writes: the record, the page, figures, data and certificates; `rename` as `sealCertificate`. */
export function runFiles(record: RunRecord, rename: (path: string) => string): RunFile[] {
  const certificates = (record.results.certificates ?? []).map((certificate) => {
    const depth = certificate.file.split("/").length - 1;
    const fromThere = (path: string) => "../".repeat(depth) + rename(path);
    return { path: certificate.file, content: sealCertificate(certificate, record, fromThere) };
  });
  const tables = renderTables(record).map(({ file, csv }) => ({ path: file, content: csv }));
  return [{ path: "record.json", content: encodeRecord(record) }, ...drawnFiles(record), ...tables, ...certificates];
}

/** What is drawn from a record, and can be drawn again. */
export function drawnFiles(record: RunRecord): RunFile[] {
  const figures = renderFigures(record).map(({ name, svg }) => ({ path: `figures/${name}.svg`, content: svg }));
  return [{ path: "report.html", content: renderHtml(record) }, ...figures];
}
