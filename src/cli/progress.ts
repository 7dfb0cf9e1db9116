/** Command line: how far a run is: a bar on a terminal, now and then a plain line elsewhere. */
import { formatCount, formatRate } from './numbers.js';
import type { Screen } from './screen.js';

export interface ProgressState {
  readonly total: number;
  /** How many have come how far, in the order of their way. */
  readonly stages: readonly { readonly svc: string; readonly count: number }[];
  readonly elapsedMs: number;
}

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 2_000;
const BAR_WIDTH = 24;

/** Shows the state of things until the returned function is called. */
export function showProgress(screen: Screen, state: () => ProgressState): () => void {
  const show = (): void => {
    if (screen.isLive) screen.status(renderBar(state()));
    else screen.note(renderLine(state()));
  };
  const timer = setInterval(show, screen.isLive ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
  // Progress must never be what keeps a process alive.
  timer.unref();
  return () => {
    clearInterval(timer);
    screen.status('');
  };
}

/** `████░░░░  62%  ingest 63,500 → ranker 62,100 → reporter 61,800  20,480/s  2 s left` */
export function renderBar(state: ProgressState): string {
  const share = shareOf(state);
  const full = Math.round(share * BAR_WIDTH);
  const left = share > 0 ? `  ${Math.ceil((state.elapsedMs / share - state.elapsedMs) / 1000)} s left` : '';
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${renderLine(state)}${left}`;
}

/** The same without the bar. */
export function renderLine(state: ProgressState): string {
  const percent = `${Math.floor(shareOf(state) * 100)}%`.padStart(4);
  const way = state.stages.map(({ svc, count }) => `${svc} ${formatCount(count)}`).join(' → ');
  return `${percent}  ${way}  ${formatRate(doneOf(state), state.elapsedMs)}`;
}

function doneOf({ stages }: ProgressState): number {
  return stages.at(-1)?.count ?? 0;
}

function shareOf(state: ProgressState): number {
  // Repeated deliveries may bring more than there is.
  return state.total === 0 ? 1 : Math.min(1, doneOf(state) / state.total);
}
