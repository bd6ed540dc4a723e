// The long run against false proofs of orbits, and all Hénon cycles up to period 12 by interval search (published counts
// 2, 1, 0, 1, 0, 2, 4, 7, 6, 10, 14, 19; Galias 2001): npm run fuzz:orbits [attempts = 11000] [seed = 0]
import { formulaMap } from "../../src/descent/index.ts";
import { encloseMap, orbitsInBox } from "../../src/verify/index.ts";
import { fuzzOrbits } from "./orbit-fuzz.ts";

const total = Number(process.argv[2] ?? 11_000);
const seed = Number(process.argv[3] ?? 0);
const { claims, proved, fair, fairProved, boxes, complete, failures } = fuzzOrbits(total, seed);
for (const failure of failures.slice(0, 20)) console.log(failure);
console.log(`${claims} claims, ${proved} proved, ${failures.length} of them false`);
console.log(`${fairProved} of ${fair} true claims in narrow boxes proved`);
console.log(`${boxes} boxes searched, ${complete} with a complete list`);

const published = [2, 1, 0, 1, 0, 2, 4, 7, 6, 10, 14, 19];
const henon = encloseMap(formulaMap({ variables: ["x", "y"], next: ["1 - 1.4*x^2 + y", "0.3*x"] }), {});
const box = { lo: Float64Array.of(-3, -1), hi: Float64Array.of(3, 1) };
const counts = published.map((_, i) => {
  const { orbits, undecided } = orbitsInBox([henon], box, { period: i + 1 });
  return undecided.length === 0 ? orbits.length : Number.NaN;
});
console.log(`Hénon cycles of period 1 … 12 in [−3, 3] × [−1, 1]: ${counts.join(", ")}, each list proved complete`);
process.exitCode = failures.length > 0 || String(counts) !== String(published) ? 1 : 0;
