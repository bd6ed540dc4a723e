/**
 * How the threads of a crew talk: 32-bit words that all of them see. The owner publishes a stage of a job by writing
 * its number and then how many pieces are left to claim. Whoever claims a piece knows that the job and the stage
 * stay as they are until it has counted the piece as done, so a thread that comes late can do no harm, and the owner
 * waits for nobody but those that have claimed.
 */
export const word = {
  /** Pieces of the stage that nobody has claimed. */
  remaining: 0,
  /** Pieces of the stage that are not done. */
  unfinished: 1,
  job: 2,
  stage: 3,
  /** Messages sent to every member so far. */
  sent: 4,
  /** Changes when there is something to wake up for. */
  wake: 5,
  /** Members that sleep. */
  sleepers: 6,
  /** 1 while the owner sleeps on `unfinished`. */
  ownerSleeps: 7,
  /** 1 + number of the member whose piece failed, 0 if none did. */
  failed: 8,
  /** 1 once a member has ended that nobody asked to end. */
  gone: 9,
  /** Bytes of the text of the failure. */
  textLength: 10,
  /** From here on, for each member the messages that it has dealt with. */
  heard: 16,
} as const;

export const MOST_MEMBERS = 112;
const TEXT_BYTES = 512;
const TEXT_START = 4 * (word.heard + MOST_MEMBERS);

/** Whether threads can share memory here: always in Node, in a page only when it is isolated from other origins. */
export function sharesMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

export function controlBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(TEXT_START + TEXT_BYTES);
}

/** What an owner sends; a member deals with its messages one after the other. */
export type CrewMessage =
  | { readonly kind: "load"; readonly job: number; readonly tool: string; readonly data: unknown }
  | { readonly kind: "forget"; readonly job: number };

/** Does one piece of a stage. */
export type Piece = (stage: number, piece: number) => void;

/** Makes the work of a job from its plain data, in every thread alike. */
export type Tool = (data: never) => Piece | Promise<Piece>;

/** Claims a piece; −1 when none is left. */
export function claim(words: Int32Array): number {
  for (;;) {
    const remaining = Atomics.load(words, word.remaining);
    if (remaining <= 0) return -1;
    if (Atomics.compareExchange(words, word.remaining, remaining, remaining - 1) === remaining) return remaining - 1;
  }
}

/** Keeps what went wrong for the owner, the first time; later failures of the same stage say nothing new. */
export function reportFailure(control: SharedArrayBuffer, member: number, error: unknown): void {
  const words = new Int32Array(control);
  if (Atomics.compareExchange(words, word.failed, 0, -1) !== 0) return;
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const codes = [...`${name}: ${message}`].map((c) => Math.min(c.charCodeAt(0), 0xff)).slice(0, TEXT_BYTES);
  new Uint8Array(control, TEXT_START).set(codes);
  Atomics.store(words, word.textLength, codes.length);
  Atomics.store(words, word.failed, member + 1);
}

/** The text that `reportFailure` left. */
export function failureText(control: SharedArrayBuffer): string {
  const length = Atomics.load(new Int32Array(control), word.textLength);
  return String.fromCharCode(...new Uint8Array(control, TEXT_START, length));
}
