import { type CrewMessage, claim, type Piece, reportFailure, type Tool, word } from "./protocol.ts";

/** Looks for work this often before a member goes to sleep: a tenth of a millisecond or so. */
const SPINS = 20_000;

/** What makes pieces of jobs, by name; the larger ones are loaded when first asked for. */
export type Tools = Readonly<Record<string, Tool>>;

/**
 * A member of a crew, in a thread of its own: does pieces of jobs until its thread is ended. Give every message of the
 * owner to the function that is returned. It comes back to the event loop only to hear more of them.
 */
export function member(control: SharedArrayBuffer, number: number, tools: Tools): (message: CrewMessage) => void {
  const words = new Int32Array(control);
  const jobs = new Map<number, Piece>();
  let heard = 0;
  let before = Promise.resolve();

  const deal = async (message: CrewMessage) => {
    if (message.kind === "forget") jobs.delete(message.job);
    else jobs.set(message.job, await load(tools, message));
    Atomics.store(words, word.heard + number, ++heard);
    Atomics.notify(words, word.heard + number);
    if (heard === Atomics.load(words, word.sent)) work();
  };

  /** Works and sleeps until there is a message to hear. */
  const work = () => {
    for (;;) {
      for (let spins = 0; spins < SPINS; spins++) {
        const piece = claim(words);
        if (piece >= 0) {
          doPiece(piece);
          spins = 0;
        } else if (Atomics.load(words, word.sent) !== heard) return;
      }
      Atomics.add(words, word.sleepers, 1);
      const wake = Atomics.load(words, word.wake);
      const idle = Atomics.load(words, word.remaining) <= 0 && Atomics.load(words, word.sent) === heard;
      if (idle) Atomics.wait(words, word.wake, wake);
      Atomics.sub(words, word.sleepers, 1);
    }
  };

  const doPiece = (piece: number) => {
    try {
      jobs.get(Atomics.load(words, word.job))!(Atomics.load(words, word.stage), piece);
    } catch (error) {
      reportFailure(control, number, error);
    }
    const last = Atomics.sub(words, word.unfinished, 1) === 1;
    if (last && Atomics.load(words, word.ownerSleeps) === 1) Atomics.notify(words, word.unfinished);
  };

  return (message) => {
    before = before.then(() => deal(message));
  };
}

/** What cannot be made fails when it is needed, where the owner hears of it. */
async function load(tools: Tools, { tool, data }: CrewMessage & { kind: "load" }): Promise<Piece> {
  try {
    const make = tools[tool];
    if (!make) throw new Error(`no tool ${tool}`);
    return await make(data as never);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
