import { type Host, InterruptedError } from "./host.ts";

/** Tells where a run is, and stops it when the person asks. */
export type Tick = (note: string, fraction: number | null) => void;

export function ticker(host: Host): Tick {
  return (note, fraction) => {
    host.progress(note, fraction);
    if (host.interrupted()) throw new InterruptedError("stopped");
  };
}
