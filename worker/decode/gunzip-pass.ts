/**
 * One pass of gunzip that is fed piece by piece and read at once, so that whatever an error follows has been handed on before it. Members that
 * follow each other are one stream, as gzip itself takes them; it never reads beyond the last one.
 */
import { createGunzip, type Gunzip } from 'node:zlib';

/** Of inflated data: 3 times less CPU than Node's 16 KiB, since each chunk costs a trip to the thread pool. */
const OUTPUT_CHUNK_BYTES = 256 * 1024;

/** The stream is no gzip from here on. */
export class BrokenGzip extends Error {
  override readonly name = 'BrokenGzip';
}

export class GunzipPass {
  readonly #gunzip: Gunzip;
  #error: Error | undefined;
  #ended = false;
  #wake: () => void = () => undefined;
  /** Bytes fed in. */
  fed = 0;

  constructor() {
    this.#gunzip = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
    this.#gunzip.on('error', (error) => {
      this.#error = new BrokenGzip(error.message, { cause: error });
      this.#wake();
    });
    this.#gunzip.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#gunzip.on('readable', () => this.#wake());
  }

  /**
   * Feeds a piece and yields all that it inflates to.
   * @throws BrokenGzip, after what an earlier piece inflated to; of this very piece, output may be missing.
   */
  async *push(piece: Buffer): AsyncGenerator<Buffer, void, undefined> {
    this.fed += piece.length;
    if (this.#ended) return;
    let taken = false;
    this.#gunzip.write(piece, (error) => {
      taken = !error;
      this.#wake();
    });
    yield* this.#read(() => taken);
  }

  /** @throws BrokenGzip when the stream ends in the middle; all that could be inflated was yielded before. */
  async *finish(): AsyncGenerator<Buffer, void, undefined> {
    this.#gunzip.end();
    yield* this.#read(() => false);
  }

  /** Bytes fed after the end of the last member. */
  get trailing(): number {
    return this.fed - this.#gunzip.bytesWritten;
  }

  destroy(): void {
    this.#gunzip.destroy();
  }

  async *#read(isDone: () => boolean): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const chunk = this.#gunzip.read() as Buffer | null;
      if (chunk !== null) yield chunk;
      else if (this.#error) throw this.#error;
      else if (this.#ended || isDone()) return;
      else await woken;
    }
  }
}
