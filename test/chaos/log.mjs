/** Chaos: what is really in the topics, read from the brokers' own files by Kafka's own tool: no client and no group has a part in it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./types.js').LogRecord} LogRecord
 *  @typedef {import('./types.js').StoredCommit} StoredCommit
 *  @typedef {import('./cluster.mjs').Cluster} Cluster */

const DUMP = 'kafka.tools.DumpLogSegments';
const RECORD = /^\| offset: (\d+) CreateTime: (\d+) keySize: (-?\d+) valueSize: (-?\d+)/;
const MESSAGE_TEXT = /"u":\s?"([^"]+)"/;
const INVALID_TEXT = /\bu=(\S+)/;

/** By topic:partition all records, in order. @param {Cluster} cluster @param {string} topic @returns {Promise<Map<string, LogRecord[]>>} */
export async function readLog(cluster, topic) {
  /** @type {Map<string, LogRecord[]>} */
  const log = new Map();
  await readSegments(cluster, topic, [], (tp, line) => {
    const record = toRecord(line);
    const records = log.get(tp) ?? [];
    log.set(tp, records);
    if (record !== undefined) records.push(record);
  });
  return log;
}

/** Everything that was stored for the group, in the order in which the brokers have it.
 *  @param {Cluster} cluster @param {string} group @returns {Promise<StoredCommit[]>} */
export async function readCommits(cluster, group) {
  /** @type {StoredCommit[]} */
  const commits = [];
  await readSegments(cluster, '__consumer_offsets', ['--offsets-decoder'], (_, line) => {
    const commit = toCommit(line, group);
    if (commit !== undefined) commits.push(commit);
  });
  return commits;
}

/** @param {Cluster} cluster @param {string} topic @param {readonly string[]} flags @param {(tp: string, line: string) => void} onLine */
async function readSegments(cluster, topic, flags, onLine) {
  const files = segmentsOf(cluster, topic);
  if (files.length === 0) return;
  const output = await cluster.tool(DUMP, ['--print-data-log', ...flags, '--files', files.join(',')]);
  let tp = '';
  for (const line of output.split('\n')) {
    if (line.startsWith('Dumping ')) tp = nameOf(line.slice('Dumping '.length), topic);
    else if (tp !== '') onLine(tp, line);
  }
}

/** Of each partition the replica that has most: once all are in sync they are alike. @param {Cluster} cluster @param {string} topic */
function segmentsOf(cluster, topic) {
  /** @type {Map<string, { bytes: number, files: string[] }>} */
  const best = new Map();
  for (const { broker } of cluster.seats) {
    const data = join(cluster.folder, `data-${broker.id}`);
    for (const name of readdirSync(data).filter((entry) => isPartitionOf(entry, topic))) {
      const files = readdirSync(join(data, name))
        .filter((file) => file.endsWith('.log'))
        .toSorted()
        .map((file) => join(data, name, file));
      const bytes = files.reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0);
      if (bytes > (best.get(name)?.bytes ?? -1)) best.set(name, { bytes, files });
    }
  }
  return [...best.values()].flatMap(({ files }) => files);
}

/** @param {string} folder @param {string} topic */
const isPartitionOf = (folder, topic) => folder.startsWith(`${topic}-`) && /^\d+$/.test(folder.slice(topic.length + 1));

/** @param {string} path @param {string} topic */
function nameOf(path, topic) {
  const folder = path.split('/').at(-2) ?? '';
  return `${topic}:${folder.slice(topic.length + 1)}`;
}

/** @param {string} line @returns {LogRecord | undefined} */
export function toRecord(line) {
  const match = RECORD.exec(line);
  if (match === null) return undefined;
  const [head, offset, , keySize, valueSize] = match;
  const rest = line.slice(head.length);
  const key = keySize === '-1' ? null : (/ key: (.*?)(?: payload: |$)/.exec(rest)?.[1] ?? null);
  if (valueSize === '-1') return { offset: Number(offset), key, u: null, kind: 'tombstone' };
  const u = MESSAGE_TEXT.exec(rest)?.[1];
  if (u !== undefined) return { offset: Number(offset), key, u, kind: 'message' };
  return { offset: Number(offset), key, u: INVALID_TEXT.exec(rest)?.[1] ?? null, kind: 'invalid' };
}

/** @param {string} line @param {string} group @returns {StoredCommit | undefined} */
export function toCommit(line, group) {
  if (!RECORD.test(line) || !line.includes(`"group":"${group}"`)) return undefined;
  const key = JSON.parse(/ key: (\{.*?\})(?: payload: |$)/.exec(line)?.[1] ?? '{}');
  if (key.data?.topic === undefined || key.data.group !== group) return undefined;
  const tp = `${key.data.topic}:${key.data.partition}`;
  const value = / payload: (\{.*\})$/.exec(line)?.[1];
  if (value === undefined) return { tp, offset: null, atMs: Number(RECORD.exec(line)?.[2]) };
  const { offset, commitTimestamp } = JSON.parse(value).data;
  return { tp, offset, atMs: commitTimestamp };
}
