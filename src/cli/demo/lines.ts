/** Demo, input: a file as numbered lines, read in pieces, so that neither a huge file nor a huge line fills the memory. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line feed; null when it is longer than `maxBytes`. */
  readonly bytes: Buffer | null;
}

const LINE_FEED = 0x0a;

/** Yields the lines of each piece of the file together. A name that ends in `.gz` is unpacked. @throws the file system's or zlib's error */
export async function* readLines(file: string, maxBytes: number): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(maxBytes);
  for await (const piece of openFile(file)) yield splitter.split(piece);
  yield splitter.end();
}

function openFile(file: string): AsyncIterable<Buffer> {
  const source = createReadStream(file);
  if (!file.endsWith('.gz')) return source;
  // The callback has nothing to do: whoever reads the stream that pipeline returns gets the error.
  return pipeline(source, createGunzip(), () => undefined);
}

class LineSplitter {
  readonly #maxBytes: number;
  #number = 0;
  /** The line that has begun; null once it is too long. */
  #begun: Buffer[] | null = [];
  #begunBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  split(piece: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let to = piece.indexOf(LINE_FEED); to >= 0; to = piece.indexOf(LINE_FEED, from)) {
      this.#add(piece.subarray(from, to));
      lines.push(this.#finish());
      from = to + 1;
    }
    this.#add(piece.subarray(from));
    return lines;
  }

  /** The last line, where the file does not end with a line feed. */
  end(): Line[] {
    return this.#begunBytes === 0 ? [] : [this.#finish()];
  }

  #add(bytes: Buffer): void {
    this.#begunBytes += bytes.length;
    if (this.#begunBytes > this.#maxBytes) this.#begun = null;
    else this.#begun?.push(bytes);
  }

  #finish(): Line {
    this.#number += 1;
    const begun = this.#begun;
    const bytes = begun === null ? null : begun.length === 1 ? (begun[0] ?? null) : Buffer.concat(begun);
    this.#begun = [];
    this.#begunBytes = 0;
    return { number: this.#number, bytes };
  }
}
