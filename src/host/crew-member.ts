import { workerData } from "node:worker_threads";
import { type CrewMessage, compileTools, member } from "../compile/index.ts";
import type { Seat } from "./crew.ts";

/** A thread that does pieces of the jobs of another one, until it is ended. */
const { control, port, number } = workerData as Seat;
const hear = member(control, number, compileTools);
port.on("message", (message: CrewMessage) => hear(message));
