// The long run against false proofs of orbits: npm run fuzz:orbits [attempts = 11000] [seed = 0]
import { fuzzOrbits } from "./orbit-fuzz.ts";

const total = Number(process.argv[2] ?? 11_000);
const seed = Number(process.argv[3] ?? 0);
const { claims, proved, fair, fairProved, boxes, complete, failures } = fuzzOrbits(total, seed);
for (const failure of failures.slice(0, 20)) console.log(failure);
console.log(`${claims} claims, ${proved} proved, ${failures.length} of them false`);
console.log(`${fairProved} of ${fair} true claims in narrow boxes proved`);
console.log(`${boxes} boxes searched, ${complete} with a complete list`);
process.exitCode = failures.length > 0 ? 1 : 0;
