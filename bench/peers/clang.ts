import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender } from "../contender.ts";

const source = fileURLToPath(new URL("../../../../bench/peers/map.c", import.meta.url));

/** map.c by `clang -O3 -march=native -ffp-contract=fast`, as a contender; none where there is no clang. */
export function clangMap(count: number, steps: number): Contender[] {
  const program = join(mkdtempSync(join(tmpdir(), "separatrix-bench-")), "map");
  const { status } = spawnSync("clang", ["-O3", "-march=native", "-ffp-contract=fast", source, "-o", program]);
  if (status !== 0) return [];
  return [
    {
      name: "clang -O3 -march=native, gradient by hand, T=1",
      side: "peer",
      async block(seconds) {
        const { stdout } = spawnSync(program, [count, steps, seconds].map(String), { encoding: "utf8" });
        return Number(stdout.split(" ")[0]);
      },
    },
  ];
}
