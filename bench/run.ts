import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startCrew } from "../src/host/crew.ts";
import { nativeBackend } from "../src/host/native-engine.ts";
import { machineFacts } from "./machine.ts";
import { measureCurve, measureRow } from "./measure.ts";
import { startPeer } from "./peers/python.ts";
import { line, markdown, type Results } from "./results.ts";
import { curves } from "./rows/curves.ts";
import { denseRows } from "./rows/dense.ts";
import { laneRows } from "./rows/lanes.ts";
import { memoryLines } from "./rows/memory.ts";
import { networkRows } from "./rows/networks.ts";
import { stabilityRows } from "./rows/stability.ts";
import { startRows } from "./rows/start.ts";

// npm run bench              everything, interleaved, and writes the measured part of bench/RESULTS.md
// npm run bench -- hvp ntk   only rows and curves whose names contain one of the words; prints, writes nothing

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const wanted = ({ name }: { readonly name: string }) =>
  words.length === 0 || words.some((word) => name.toLowerCase().includes(word));
const file = fileURLToPath(new URL("../../../bench/RESULTS.md", import.meta.url));

// OpenBLAS chooses its kernels itself, for us as for the peers.
for (const name of ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]) delete process.env[name];

const { crew, end } = startCrew(2);
if (crew && !crew.load("none", null, () => {}).awaitReady(10_000)) throw new Error("bench: no second thread starts");
const backend = nativeBackend();
const native = typeof backend === "string" ? null : backend;
const peers = [await startPeer(1), await startPeer(2)];
const [one = null] = peers;
const machine = machineFacts(peers, native?.library ?? (backend as string));
process.stdout.write(`${machine.join("\n")}\n\n`);
const rows: Results["rows"][number][] = [];
const allRows = [
  ...[...startRows(), ...laneRows(peers, crew), ...networkRows(peers, { crew, native })],
  ...[...denseRows(peers), ...stabilityRows(one)],
];
for (const row of allRows.filter(wanted)) {
  const measured = await measureRow(row);
  process.stdout.write(`${line(measured)}\n`);
  rows.push(measured);
}
for (const peer of peers) peer?.close();
await end();
const grown = curves.filter(wanted).map((curve) => ({ curve, points: measureCurve(curve) }));
const memory = wanted({ name: "memory" }) ? memoryLines() : [];
const text = markdown({ machine, rows, memory, curves: grown });
if (words.length > 0) process.stdout.write(`\n${text}\n`);
else {
  writeMeasured(text);
  process.stdout.write("\nwrote bench/RESULTS.md\n");
}

/** Replaces what stands between the two marks of RESULTS.md. */
function writeMeasured(measured: string): void {
  const [begin, end] = ["<!-- measured by npm run bench -->", "<!-- end of what was measured -->"];
  const old = readFileSync(file, "utf8");
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`bench/RESULTS.md has lost its marks ${begin} and ${end}`);
  writeFileSync(file, `${old.slice(0, from + begin.length)}\n\n${measured}\n${old.slice(to)}`);
}
