import { workerData } from "node:worker_threads";
import { type CrewMessage, compileTools, member, type Tools } from "../compile/index.ts";
import type { Seat } from "./crew.ts";

/** A thread that does pieces of the jobs of another one, until it is ended. */
const { control, port, number } = workerData as Seat;
const tools: Tools = {
  ...compileTools,
  phase: async (deal) => (await import("../experiment/phase/deal-jobs.ts")).phaseTool(deal),
};
const hear = member(control, number, tools);
port.on("message", (message: CrewMessage) => hear(message));
