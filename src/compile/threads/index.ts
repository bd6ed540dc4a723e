export { type Crew, type CrewJob, type CrewSeats, createCrew, ThreadError } from "./crew.ts";
export { member, type Tools } from "./member.ts";
export {
  type CrewMessage,
  controlBlock,
  type Piece,
  reportFailure,
  sharesMemory,
  type Tool,
  word,
} from "./protocol.ts";
export { compileTools } from "./tools.ts";
