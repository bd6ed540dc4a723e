import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Contender } from "../contender.ts";

const python = process.env["PYTHON"] ?? "/usr/bin/python3";
const script = fileURLToPath(new URL("../../../../bench/peers/peer.py", import.meta.url));
const openmp = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

/** PyTorch and NumPy in a process that lives as long as the benchmark, with a fixed number of threads. */
export interface Peer {
  readonly threads: number;
  /** What PyTorch and NumPy say about themselves, and the kernels that OpenBLAS chose. */
  readonly versions: Readonly<Record<string, string>>;
  ask(request: object): Promise<Record<string, number>>;
  close(): void;
}

/**
 * Starts a peer, or null where PyTorch is missing. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are taken away, so that
 * OpenBLAS chooses its kernels itself; two threads take its OpenMP build, since two pools of threads fight.
 */
export async function startPeer(threads: number): Promise<Peer | null> {
  if (spawnSync(python, ["-c", "import torch, numpy, scipy"]).status !== 0) return null;
  if (threads > 1 && !existsSync(openmp)) return null;
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...inherited } = process.env;
  const count = String(threads);
  const env = {
    ...{ ...inherited, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count },
    ...(threads > 1 && { LD_LIBRARY_PATH: openmp }),
  };
  const child = spawn(python, [script], { env, stdio: ["pipe", "pipe", "pipe"] });
  const answer = answersOf(child);
  const ask = (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  const versions = (await ask({ versions: true })) as unknown as Record<string, string>;
  return { threads, versions, ask, close: () => child.stdin.end() };
}

/** One line of the child's output for each call. */
function answersOf(child: ChildProcessWithoutNullStreams): () => Promise<Record<string, number>> {
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  let complaints = "";
  child.stderr.on("data", (data: Buffer) => {
    complaints += data.toString();
  });
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  let stopped = false;
  const stop = () => new Error(`the PyTorch peer stopped: ${complaints}`);
  child.stdin.on("error", () => {}); // said by what is asked next
  child.on("exit", () => {
    stopped = true;
    for (const { reject } of waiting) reject(stop());
  });
  return async () => {
    if (stopped) throw stop();
    const line = await new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    return JSON.parse(line) as Record<string, number>;
  };
}

/** One way of one case of peer.py as a contender. */
export function torch(peer: Peer | null, work: string, way: string, options: { side?: "beside"; args?: object } = {}) {
  if (!peer) return [];
  const name = `${way}, T=${peer.threads}`;
  const contender: Contender = {
    name,
    side: options.side ?? "peer",
    async block(seconds) {
      const answer = await peer.ask({ work, way, seconds, args: options.args ?? {} });
      return answer["seconds"]!;
    },
  };
  return [contender];
}
