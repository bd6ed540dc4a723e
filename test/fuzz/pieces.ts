// The long scan: npm run fuzz:pieces -- [networks = 3000] [seed = 0]
import { scanPieces } from "./piece-scan.ts";

const { contradictions, unexplained, ...counts } = scanPieces(
  Number(process.argv[2] ?? 3000),
  Number(process.argv[3] ?? 0),
);
for (const text of [...contradictions, ...unexplained].slice(0, 20)) console.log(text);
console.log({ ...counts, contradictions: contradictions.length, unexplained: unexplained.length });
process.exitCode = contradictions.length > 0 ? 1 : 0;
