// Random pieces of random networks: where theorems H* and the order criterion speak, the constant eigenvalues counted
// modulo a prime and by decoupled coordinates are those they allow, neither more nor others (PROOFS 2.3, 2.7). The long
// run is `npm run fuzz:pieces`, its results in bench/RESULTS.md.
import { expect, test } from "vitest";
import { scanPieces } from "./piece-scan.ts";

test("no contradiction on 60 random networks", () => {
  const { pieces, singular, contradictions } = scanPieces(60, 4);
  expect(contradictions).toEqual([]);
  expect(pieces).toBeGreaterThan(100);
  expect(singular).toBeGreaterThan(3);
});
