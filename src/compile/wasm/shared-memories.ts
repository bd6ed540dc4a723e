const PAGE = 65536;
const SMALLEST = 16;

/** Memories that threads share, used again after their program is disposed of: threads learn of few of them. */
export class SharedMemories {
  /** Free ones by their pages, a power of two. */
  private readonly free = new Map<number, WebAssembly.Memory[]>();

  /** A memory of at least so many pages, all zero. @throws RangeError when it cannot be had. */
  take(pages: number): WebAssembly.Memory {
    const size = sizeFor(pages);
    const used = this.free.get(size)?.pop();
    if (!used) return new WebAssembly.Memory({ initial: size, maximum: size, shared: true });
    new Uint8Array(used.buffer, 0, pages * PAGE).fill(0);
    return used;
  }

  giveBack(memory: WebAssembly.Memory): void {
    const pages = memory.buffer.byteLength / PAGE;
    const list = this.free.get(pages);
    if (list) list.push(memory);
    else this.free.set(pages, [memory]);
  }
}

function sizeFor(pages: number): number {
  let size = SMALLEST;
  while (size < pages) size *= 2;
  return Math.min(size, 65536);
}
