/** The end of a service as the operating system asks for it: SIGTERM and SIGINT become an AbortSignal. Nothing else in the library touches the
 *  process. */

import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { UsageError } from '../errors.js';
import { describeOpenWork } from '../open-work.js';

export interface ShutdownSignalOptions {
  /** What asks for the end. Default SIGTERM (the orchestrator) and SIGINT (Ctrl-C). */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
}

const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
/** As shells have it: a process that a signal ended has this plus the signal's number as its exit code. */
const EXIT_BASE = 128;

/** What was given out, by what it waits for. Kept for good: whether anybody still sees a signal, or one that follows it, Node does not tell. */
const given = new Map<string, { readonly signals: readonly NodeJS.Signals[]; readonly controller: AbortController }>();
const installed = new Set<NodeJS.Signals>();

/** An AbortSignal that aborts with the first SIGTERM or SIGINT: give it to `process()` or `batches()`, which then drain and end; the process ends by
 *  itself, with exit code 0, when nothing else keeps it. A second signal says on stderr what blocks (which handler with which messages, which commit,
 *  which close) and exits with 128 + its number.
 *  Calls for the same signals return the same AbortSignal, also when it has aborted. From the first call on the operating system's default no longer
 *  holds: a process that goes on without using the AbortSignal ends with the second signal. It works as PID 1, which has no default for these signals.
 *  Its reason is a DOMException AbortError naming the signal.
 *  @throws UsageError in a worker thread, which gets no signals of the operating system; for a name that cannot be caught
 *  @example await consumer.process(handler, { signal: shutdownSignal() }); */
export function shutdownSignal(options: ShutdownSignalOptions = {}): AbortSignal {
  const { signals = DEFAULT_SIGNALS } = options;
  checkSignals(signals);
  const names = [...new Set(signals)].sort();
  const key = names.join();
  const known = given.get(key);
  if (known !== undefined) return known.controller.signal;
  const controller = new AbortController();
  // Any number of consumers may wait for it.
  setMaxListeners(0, controller.signal);
  given.set(key, { signals: names, controller });
  for (const name of names) install(name);
  return controller.signal;
}

function checkSignals(signals: readonly NodeJS.Signals[]): void {
  if (!isMainThread) {
    const advice = 'call it in the main thread and pass it on, e.g. with util.transferableAbortSignal';
    throw new UsageError(
      'USAGE_ARGUMENT',
      `shutdownSignal in a worker thread would never abort: signals reach the main thread only; ${advice}`,
    );
  }
  if (!Array.isArray(signals) || signals.length === 0) {
    throw new UsageError('USAGE_ARGUMENT', `shutdownSignal: signals must be a list of at least one name; got ${JSON.stringify(signals)}`);
  }
  for (const name of signals) {
    if (name in constants.signals && name !== 'SIGKILL' && name !== 'SIGSTOP') continue;
    throw new UsageError(
      'USAGE_ARGUMENT',
      `shutdownSignal: ${JSON.stringify(name)} is not a signal that a process can catch, e.g. SIGTERM`,
    );
  }
}

function install(name: NodeJS.Signals): void {
  if (installed.has(name)) return;
  installed.add(name);
  process.on(name, onSignal);
}

function onSignal(name: NodeJS.Signals): void {
  const waiting = [...given.values()].filter(({ signals, controller }) => signals.includes(name) && !controller.signal.aborted);
  if (waiting.length === 0) exitNow(name);
  const reason = new DOMException(`The process was asked to end by ${name}`, 'AbortError');
  for (const { controller } of waiting) controller.abort(reason);
}

/** The second time: whoever asks does not want to wait any longer. */
function exitNow(name: NodeJS.Signals): never {
  const work = describeOpenWork();
  const blocking = work.length === 0 ? ['  nothing of this library: something else keeps the process'] : work.map((line) => `  ${line}`);
  process.stderr.write(`phq-kafka: ${name} again; the process ends at once, without waiting for\n${blocking.join('\n')}\n`);
  process.exit(EXIT_BASE + constants.signals[name]);
}
