// The long containment run: npx tsc -p test/fuzz && node dist/fuzz/test/fuzz/interval.js [operations = 1e7] [seed = 0]
import { fuzzIntervals } from "./interval-fuzz.ts";

const total = Number(process.argv[2] ?? 1e7);
const seed = Number(process.argv[3] ?? 0);
const chunk = 100_000;
const widest: Record<string, number> = {};
let failed = 0;
let checks = 0;
for (let done = 0; done < total; done += chunk) {
  const report = fuzzIntervals(Math.min(chunk, total - done), seed + done / chunk);
  checks += report.checks;
  failed += report.failures.length;
  for (const failure of report.failures.slice(0, 20)) console.log(failure);
  for (const [name, ulps] of Object.entries(report.widest)) widest[name] = Math.max(widest[name] ?? 0, ulps);
}
console.log(`${total} operations, ${checks} values checked, ${failed} failures`);
console.log(widest);
process.exitCode = failed > 0 ? 1 : 0;
