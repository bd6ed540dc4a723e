import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Peer } from "./peers/python.ts";

/** Lines that say where the numbers come from. */
export function machineFacts(peers: readonly (Peer | null)[], library: string): string[] {
  const [first] = cpus();
  const { node, v8 } = process.versions;
  const peerLines = peers.flatMap((peer) => {
    if (!peer) return [];
    const { PyTorch, NumPy, kernels } = peer.versions;
    return [`PyTorch ${PyTorch}, NumPy ${NumPy}, ${peer.threads} thread${peer.threads > 1 ? "s" : ""}: ${kernels}`];
  });
  return [
    `${first?.model.trim() ?? "unknown processor"}, ${cpus().length} processors, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
    `Node ${node} (V8 ${v8}), strict WebAssembly SIMD`,
    ...peerLines,
    ...(peerLines.length > 0 ? [] : ["PyTorch is not installed: our own times only"]),
    `native: ${library}`,
    firstLine("clang", ["--version"]),
    `load average at the start ${loadavg()[0]!.toFixed(1)} (other work on the machine makes every number worse)`,
  ].filter((line) => line !== "");
}

function firstLine(command: string, args: readonly string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: "utf8" });
  return stdout?.split("\n")[0] ?? "";
}
