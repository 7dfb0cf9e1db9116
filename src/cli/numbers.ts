/** Command line: numbers as people read them. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `102,420` */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `1 line`, `2 lines` */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `850 ms`, `1.25 s` */
export function formatMillis(ms: number): string {
  return Math.abs(ms) < 1000 ? `${WHOLE.format(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** `20,480/s`; `-` before any time has passed */
export function formatRate(count: number, elapsedMs: number): string {
  return elapsedMs > 0 ? `${WHOLE.format((count * 1000) / elapsedMs)}/s` : '-';
}
