/** The Python side of a test: what it writes, what it reads, and a service of it in a group. The programs are in test/interop/python. */
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Ref } from '../../../src/index.js';
import '../../setup/interop.js';
import { bootstrapServers } from './kafka.js';
import { Program, type ProgramOptions } from './program.js';

/** A record for write.py; its docstring says what each form becomes. */
export interface PythonRecord {
  readonly key?: string | null;
  readonly item?: unknown;
  readonly svc?: string;
  readonly refs?: unknown;
  readonly dt?: string;
  readonly text?: string;
  readonly bytes?: string;
  readonly partition?: number;
  readonly headers?: readonly (readonly [string, string | null])[];
}

export interface Landed {
  readonly partition: number;
  readonly offset: number;
}

/** What the Python library makes of a record. */
export interface PythonMessage extends Landed {
  readonly key: string | null;
  readonly timestampMs: number;
  readonly headers: readonly (readonly [string, string | null])[];
  readonly isTombstone: boolean;
  readonly item: unknown;
  readonly ref: Ref | null;
}

type Config = Readonly<Record<string, string>>;

/** Starts a program of test/interop/python. */
export function python(script: string, options: Readonly<Record<string, string>>, config: Config = {}, how: ProgramOptions = {}): Program {
  const args = Object.entries({ bootstrap: bootstrapServers, ...options }).flatMap(([name, value]) => [`--${name}`, value]);
  const configArgs = Object.entries(config).flatMap(([key, value]) => ['--config', `${key}=${value}`]);
  return new Program(inject('python'), [join('test/interop/python', script), ...args, ...configArgs], how);
}

/** Writes records with confluent-kafka; resolves with where each one landed. A line may be given as JSON already, where JavaScript has no word for it. */
export async function pythonWrites(
  topic: string,
  records: readonly (PythonRecord | string)[],
  config?: Config,
): Promise<readonly Landed[]> {
  const input = toLines(records);
  return fromLines(await python('write.py', { topic }, config, { input }).lines());
}

/** Reads `count` records of the topic as the Python library does. */
export async function pythonReads(topic: string, count: number): Promise<readonly PythonMessage[]> {
  return fromLines(await python('read.py', { topic, count: String(count) }, {}, { input: '' }).lines());
}

/** What the Python program makes of records that come straight from us, without a broker. */
export async function pythonUnpacks(records: readonly unknown[]): Promise<readonly { item?: unknown; ref?: Ref; error?: string }[]> {
  const program = new Program(inject('python'), ['test/interop/python/unpack.py'], { input: toLines(records) });
  return fromLines(await program.lines());
}

function toLines(records: readonly unknown[]): string {
  return records.map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join('');
}

function fromLines<T>(lines: readonly string[]): readonly T[] {
  return lines.map((line) => JSON.parse(line) as T);
}
