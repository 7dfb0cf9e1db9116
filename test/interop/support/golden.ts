/** The records that the Python library was seen to read, from test/vectors. */
import { readFileSync } from 'node:fs';
import type { Ref } from '../../../src/index.js';

export interface GoldenRecord {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly item?: unknown;
  readonly ref?: Ref;
  /** The class of what it raised. */
  readonly original_error?: string;
}

const vectors = new URL('../../vectors/python-golden.json', import.meta.url);
export const golden = (JSON.parse(readFileSync(vectors, 'utf8')) as { readonly unpack: readonly GoldenRecord[] }).unpack;
export const readable = golden.filter((record) => record.original_error === undefined);
