/** Message layer: how long a message spent in each service of its past, computed as the Python library does. */
import { PayloadError, UsageError } from '../errors.js';
import { formatNow, parseMicros } from './datetime.js';
import { formatPosition } from './format.js';
import { type History, isObject, type Ref, toRefList } from './history.js';

export interface RefLatencies {
  /** Oldest first; consecutive hops of one service are one stage. */
  readonly stages: { readonly svc: string; readonly seconds: number }[];
  /** Seconds from the end of the service before the first stage until now. */
  readonly total: number;
}

interface Hop {
  readonly svc: string;
  readonly endMicros: number;
}

/** The time a message spent in each service, from its history.
 *  Shape: the first service has no stage (nothing tells when it began); `thisSvc` is the last stage, ending now. Where a hop had several
 *  parents the newest one is followed. With `targetSvc` the stages begin with that service; when it is not in the history: no stages, total 0.
 *  Units: seconds, microseconds exact. `now` is an RFC 3339 text or a Date; default: now.
 *  @throws PayloadError when a `dt` of the history is not an RFC 3339 time; UsageError when `now` is not one.
 *  @example calcRefLatencies('rank', message.refs[0]).total */
export function calcRefLatencies(
  thisSvc: string,
  ref: Ref,
  targetSvc?: string | null,
  options: { readonly now?: Date | string } = {},
): RefLatencies {
  const hops = startAt(followNewest(ref), targetSvc);
  const first = hops[0];
  if (first === undefined) return { stages: [], total: 0 };
  const nowMicros = toNowMicros(options.now ?? formatNow());
  const stages = toStages(first.endMicros, [...hops.slice(1), { svc: thisSvc, endMicros: nowMicros }]);
  return { stages, total: (nowMicros - first.endMicros) / 1e6 };
}

/** The hops of the newest line of ancestors, oldest first. */
function followNewest(ref: Ref): Hop[] {
  const hops: Hop[] = [];
  const seen = new Set<History>();
  let hist: History | null = ref.hist;
  while (isObject(hist) && !seen.has(hist)) {
    seen.add(hist);
    hops.push({ svc: hist.svc, endMicros: toMicros(hist.dt, ref) });
    hist = newestParent(hist)?.hist ?? null;
  }
  return hops.reverse();
}

/** The ref whose history is the newest; of equals the last. By text, as Python sorts them: a mix of offsets sorts the same wrong way there. */
export function newestParent(hist: { readonly refs: unknown }): Ref | undefined {
  let newest: Ref | undefined;
  for (const ref of toRefList(hist.refs)) {
    if (!isObject(ref.hist)) continue;
    if (newest === undefined || String(ref.hist.dt) >= String(newest.hist?.dt)) newest = ref;
  }
  return newest;
}

/** From the hop before the target, so that the target's own time counts; from the target itself when it is the origin. */
function startAt(hops: Hop[], targetSvc: string | null | undefined): Hop[] {
  if (!targetSvc) return hops;
  const index = hops.findIndex((hop) => hop.svc === targetSvc);
  return index < 0 ? [] : hops.slice(Math.max(0, index - 1));
}

function toStages(startMicros: number, hops: readonly Hop[]): { svc: string; seconds: number }[] {
  const stages: { svc: string; seconds: number }[] = [];
  let begin = startMicros;
  hops.forEach((hop, index) => {
    if (hops[index + 1]?.svc === hop.svc) return;
    stages.push({ svc: hop.svc, seconds: (hop.endMicros - begin) / 1e6 });
    begin = hop.endMicros;
  });
  return stages;
}

function toNowMicros(now: Date | string): number {
  const micros = parseMicros(typeof now === 'string' ? now : now.toISOString());
  if (micros === undefined) throw new UsageError('USAGE_ARGUMENT', `options.now is not RFC 3339: got "${now}"`);
  return micros;
}

function toMicros(dt: unknown, ref: Ref): number {
  const micros = typeof dt === 'string' ? parseMicros(dt) : undefined;
  if (micros !== undefined) return micros;
  const text = `A time in the history of ${formatPosition(ref)} is not RFC 3339 (expected e.g. 2026-11-23T02:58:37Z)`;
  throw new PayloadError('PAYLOAD_BAD_TIME', text, { position: { topic: ref.topic, partition: ref.partition, offset: ref.offset } });
}
