/** What a tenant leaves behind in our buckets, for `remove`: told, and erased on request. */
import type { Context } from '../context.ts';
import { CliError } from '../error.ts';
import { counted } from '../output.ts';
import { erase, lookAt, type Left, type Place } from './left-objects.ts';

interface Buckets {
  readonly bucket?: string;
  readonly quarantineBucket?: string;
}

export class Leftovers {
  readonly #context: Context;
  readonly #id: string;
  readonly #places: readonly Place[];
  #found: readonly Left[] = [];

  constructor(context: Context, id: string, { bucket, quarantineBucket }: Buckets) {
    this.#context = context;
    this.#id = id;
    const prefix = `${id}/`;
    this.#places = [
      ...(bucket ? [{ what: 'raw' as const, bucket, prefix }] : []),
      ...(quarantineBucket ? [{ what: 'quarantined' as const, bucket: quarantineBucket, prefix }] : []),
    ];
  }

  get isNowhere(): boolean {
    return this.#places.length === 0;
  }

  get found(): readonly Left[] {
    return this.#found;
  }

  /** For a question: `at least 20,000 objects in s3://logs/acme/`. */
  get said(): string {
    return this.#found.map((left) => `${amountOf(left)} in s3://${left.bucket}/${left.prefix}`).join(' and ');
  }

  /**
   * Looks, and shows it to people.
   * @throws CliError for a bucket that cannot be listed, if that is needed; else it is only said.
   */
  async look({ isNeeded, disabledAt }: { readonly isNeeded: boolean; readonly disabledAt: number }): Promise<void> {
    const { output, clients } = this.#context;
    if (this.isNowhere) output.warn('what is left of its objects was not looked at; --bucket or S3_BUCKET_NAME says where');
    const s3 = clients.s3();
    const looks = this.#places.map((place) =>
      isNeeded ? lookAt(s3, place) : lookAt(s3, place).catch((error: unknown) => this.#skip(error)),
    );
    this.#found = (await Promise.all(looks)).filter((left) => left !== undefined);
    if (!output.isJson && this.#found.length > 0) this.#show();
    const late = this.#found.find(({ what, newest }) => what === 'raw' && newest !== undefined && Date.parse(newest) > disabledAt);
    if (late !== undefined)
      output.warn(`an object came at ${late.newest}, after ${this.#id} was disabled: its agents still write. Stop them`);
  }

  /** @returns how many are gone, by bucket. @throws CliError that says that it can be gone on with. */
  async erase(): Promise<Readonly<Record<string, number>>> {
    const { output, clients } = this.#context;
    const erased: Record<string, number> = {};
    for (const place of this.#places) {
      try {
        erased[place.bucket] = await erase(clients.s3(), place, (count) => output.progress(`${counted(count, 'object')} erased`));
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        throw new CliError(`tenant ${this.#id} is removed; ${error.message}. \`remove ${this.#id} --erase\` goes on`, { cause: error });
      }
      if (!output.isJson) output.line(`Erased: ${counted(erased[place.bucket] ?? 0, 'object')} in s3://${place.bucket}/${place.prefix}.`);
    }
    return erased;
  }

  #skip(error: unknown): undefined {
    if (!(error instanceof CliError)) throw error;
    this.#context.output.warn(error.message);
  }

  #show(): void {
    const { output } = this.#context;
    output.table(
      ['left', 'where', 'objects', 'bytes', 'oldest', 'newest'],
      this.#found.map((left) => [
        left.what,
        `s3://${left.bucket}/${left.prefix}`,
        `${left.isAll ? '' : 'at least '}${left.objects.toLocaleString('en-US')}`,
        `${left.isAll ? '' : 'at least '}${left.bytes.toLocaleString('en-US')}`,
        left.oldest ?? '',
        left.newest ?? '',
      ]),
    );
    output.line();
  }
}

function amountOf({ objects, isAll }: Left): string {
  return `${isAll ? '' : 'at least '}${counted(objects, 'object')}`;
}
