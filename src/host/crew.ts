import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { type Crew, controlBlock, createCrew, reportFailure, word } from "../compile/index.ts";

/** What a member is born with. */
export interface Seat {
  readonly control: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly number: number;
}

/** The seats of a crew whose owner may be another thread than this one, which looks after the members. */
export interface CrewHome {
  /** For the owner; the ports must be transferred. */
  readonly control: SharedArrayBuffer;
  readonly ports: readonly MessagePort[];
  /** Starts the members. If one ends without being asked to, the owner is told. */
  call(): void;
  /** Ends the members, wherever they are. */
  end(): Promise<void>;
}

export function crewHome(members: number, entry = new URL("./crew-member.js", import.meta.url)): CrewHome {
  const control = controlBlock();
  const channels = Array.from({ length: members }, () => new MessageChannel());
  let workers: Worker[] = [];
  let ended = false;
  const lost = () => {
    if (ended) return;
    const words = new Int32Array(control);
    Atomics.store(words, word.gone, 1);
    Atomics.notify(words, word.unfinished);
  };
  return {
    control,
    ports: channels.map(({ port1 }) => port1),
    call() {
      if (ended || workers.length > 0) return;
      workers = channels.map(({ port2: port }, number) => {
        const workerData: Seat = { control, port, number };
        const worker = new Worker(entry, { workerData, transferList: [port], execArgv: [] });
        worker.on("error", (error) => reportFailure(control, number, error));
        worker.on("exit", lost).unref();
        return worker;
      });
    },
    async end() {
      ended = true;
      for (const { port1 } of channels) port1.close();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** A crew commanded from this thread; end it when its owner is done. `threads` counts this one. */
export function startCrew(threads: number, entry?: URL): { readonly crew: Crew | null; end(): Promise<void> } {
  const { control, ports, call, end } = crewHome(threads - 1, entry);
  for (const port of ports) port.unref();
  const now = () => performance.now();
  return { crew: createCrew({ control, ports, call, now }), end };
}
