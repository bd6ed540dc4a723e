import { laneTool } from "../lane/lane-tool.ts";
import { programTool } from "../wasm/program-tool.ts";
import { callsTool } from "../wasm/shared-calls.ts";
import type { Tools } from "./member.ts";

/** The jobs of this room that threads can share. */
export const compileTools: Tools = { program: programTool, lanes: laneTool, calls: callsTool };
