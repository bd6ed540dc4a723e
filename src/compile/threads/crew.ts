import { type CrewMessage, claim, failureText, MOST_MEMBERS, type Piece, word } from "./protocol.ts";
import { quicker } from "./quicker.ts";

/** Threads that share memory with their owner and do pieces of its jobs. */
export interface Crew {
  /** Threads that compute, the owner among them. */
  readonly threads: number;
  /**
   * Makes a job known to all threads: the members make its pieces from `data`, plain or shared, by the tool of that
   * name; `own` does pieces in this thread.
   */
  load(tool: string, data: unknown, own: Piece): CrewJob;
}

export interface CrewJob {
  /** Whether every member can take part; the first time it is asked, the members are called. */
  isReady(): boolean;
  /** Waits until then, at most so many milliseconds: for work that takes much longer than that. */
  awaitReady(milliseconds: number): boolean;
  /**
   * Does pieces 0 … count − 1 of a stage, each once, by whichever thread is free, and returns when all are done. While
   * the members are not ready this thread does all of them, from 0 on. `meanwhile` is called once, as soon as others
   * may have begun. Within a piece of another job this thread works alone too.
   * @throws ThreadError when a piece failed in another thread or a thread ended; what this thread's own piece threw.
   */
  run(stage: number, count: number, meanwhile?: () => void): void;
  /** Runs all stages in order, each in so many pieces; alone as long as that is quicker than sharing them. */
  runAll(stages: readonly number[]): void;
  dispose(): void;
}

/** A piece failed in another thread, or a thread is no more: nothing that the job wrote can be used. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
  readonly code = "thread-failed";
}

/** What an owner needs to command a crew: the control block, one port a member, and a way to call them to work. */
export interface CrewSeats {
  readonly control: SharedArrayBuffer;
  readonly ports: readonly { postMessage(message: CrewMessage): void }[];
  /** Starts the members; called once, when the first job wants them. */
  readonly call: () => void;
  /** Milliseconds on some clock: how long work takes decides whether it is shared. */
  readonly now: () => number;
}

/** Looks this often whether the others are done before the owner goes to sleep. */
const SPINS = 50_000;
/** Milliseconds of sleep after which the owner looks whether the members still live. */
const NAP = 200;

/** A crew of the members in these seats. Without any, or where this thread must not wait, null: one thread computes. */
export function createCrew({ control, ports, call, now }: CrewSeats): Crew | null {
  const words = new Int32Array(control);
  if (ports.length === 0 || ports.length > MOST_MEMBERS || !mayWait(words)) return null;
  let jobs = 0;
  let called = false;
  let busy = false;

  /** Returns how many messages there are now. */
  const send = (message: CrewMessage): number => {
    const sent = Atomics.add(words, word.sent, 1) + 1; // first: a member that has heard all goes to work
    for (const port of ports) port.postMessage(message);
    wakeSleepers(words);
    return sent;
  };

  const load: Crew["load"] = (tool, data, own) => {
    const job = ++jobs;
    const number = send({ kind: "load", job, tool, data });
    let disposed = false;
    const heard = (member: number) => Atomics.load(words, word.heard + member) >= number;
    const isReady = () => {
      if (!called) call();
      called = true;
      return !isGone(words) && ports.every((_, member) => heard(member));
    };
    const alone = (stage: number, count: number) => {
      for (let piece = 0; piece < count; piece++) own(stage, piece);
    };
    const run: CrewJob["run"] = (stage, count, meanwhile = () => {}) => {
      if (disposed) throw new Error("CrewJob: the job was disposed of");
      if (count === 1 || busy || !isReady()) {
        alone(stage, count);
        meanwhile();
        return;
      }
      busy = true;
      try {
        share(control, words, { job, stage, count }, own, meanwhile);
      } finally {
        busy = false;
      }
    };
    const inQuickerWay = quicker(now);
    return {
      isReady,
      awaitReady(milliseconds) {
        isReady();
        ports.forEach((_, member) => {
          const at = word.heard + member;
          for (let left = milliseconds; left > 0 && !heard(member) && !isGone(words); left -= 1) {
            Atomics.wait(words, at, Atomics.load(words, at), 1);
          }
        });
        return isReady();
      },
      run,
      runAll(stages) {
        const each = (run: (stage: number, count: number) => void) => () => {
          for (const [stage, count] of stages.entries()) run(stage, count);
        };
        if (disposed || busy || !isReady()) each(run)();
        else inQuickerWay(each(run), each(alone));
      },
      dispose() {
        if (!disposed) send({ kind: "forget", job });
        disposed = true;
      },
    };
  };
  return { threads: ports.length + 1, load };
}

function share(
  control: SharedArrayBuffer,
  words: Int32Array,
  { job, stage, count }: { readonly job: number; readonly stage: number; readonly count: number },
  own: Piece,
  meanwhile: () => void,
): void {
  Atomics.store(words, word.job, job);
  Atomics.store(words, word.stage, stage);
  Atomics.store(words, word.unfinished, count);
  Atomics.store(words, word.remaining, count);
  wakeSleepers(words);
  let begun = 0;
  try {
    meanwhile();
    for (let piece = claim(words); piece >= 0; piece = claim(words)) {
      begun = 1;
      own(stage, piece);
      begun = 0;
      Atomics.sub(words, word.unfinished, 1);
    }
  } catch (error) {
    // Take back what nobody has claimed, and the piece that failed here.
    Atomics.sub(words, word.unfinished, Atomics.exchange(words, word.remaining, 0) + begun);
    awaitOthers(control, words);
    Atomics.store(words, word.failed, 0);
    throw error;
  }
  awaitOthers(control, words);
  if (Atomics.load(words, word.failed) !== 0) throw failure(control, words);
}

/** Until every claimed piece is done: spins, then sleeps. */
function awaitOthers(control: SharedArrayBuffer, words: Int32Array): void {
  for (let spins = 0; spins < SPINS; spins++) if (Atomics.load(words, word.unfinished) === 0) return;
  Atomics.store(words, word.ownerSleeps, 1);
  for (;;) {
    const unfinished = Atomics.load(words, word.unfinished);
    if (unfinished === 0) break;
    Atomics.wait(words, word.unfinished, unfinished, NAP);
    if (isGone(words) && Atomics.load(words, word.unfinished) > 0) {
      const why = Atomics.load(words, word.failed) > 0 ? `: ${failureText(control)}` : "";
      throw new ThreadError(`a thread of the crew ended in the middle of its work${why}`);
    }
  }
  Atomics.store(words, word.ownerSleeps, 0);
}

function failure(control: SharedArrayBuffer, words: Int32Array): ThreadError {
  const member = Atomics.load(words, word.failed);
  const error = new ThreadError(`thread ${member + 1} of the crew failed: ${failureText(control)}`);
  Atomics.store(words, word.failed, 0);
  return error;
}

function isGone(words: Int32Array): boolean {
  return Atomics.load(words, word.gone) !== 0;
}

function wakeSleepers(words: Int32Array): void {
  if (Atomics.load(words, word.sleepers) === 0) return;
  Atomics.add(words, word.wake, 1);
  Atomics.notify(words, word.wake);
}

/** The thread of a page must not sleep; there one thread computes. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, word.wake, Atomics.load(words, word.wake), 0);
    return true;
  } catch {
    return false;
  }
}
