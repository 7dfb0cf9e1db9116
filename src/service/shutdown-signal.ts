/** The end of a service as the operating system asks for it: SIGTERM and SIGINT become an AbortSignal. Nothing else in the library touches the
 *  process. */

import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { UsageError } from '../errors.js';
import { describeOpenWork } from '../open-work.js';

export interface ShutdownSignalOptions {
  /** What asks for the end. Default SIGTERM (the orchestrator) and SIGINT (Ctrl-C). */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
}

/** One call of `shutdownSignal`: what it waits for and what it aborts. */
interface Request {
  readonly signals: readonly NodeJS.Signals[];
  readonly controller: AbortController;
}

const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
/** As shells have it: a process that a signal ended has this plus the signal's number as its exit code. */
const EXIT_BASE = 128;

const requests = new Set<Request>();
const installed = new Map<NodeJS.Signals, () => void>();
/** Nobody can see the signal of such a request any more, so the operating system's own way holds again. */
const forgotten = new FinalizationRegistry<Request>((request) => {
  // An aborted one stays: the process is on its way out, and the next signal must not take it by surprise.
  if (request.controller.signal.aborted) return;
  const followers = followersOf(request.controller.signal);
  for (const follower of followers ?? []) forgotten.register(follower, request);
  if (followers?.length !== 0) return;
  requests.delete(request);
  uninstallUnused();
});

/** An AbortSignal that aborts with the first SIGTERM or SIGINT: give it to `process()` or `batches()`, which then drain and end; the process ends by
 *  itself, with exit code 0, when nothing else keeps it. A second signal says on stderr what blocks (which handler with which messages, which commit,
 *  which close) and exits with 128 + its number.
 *  Several calls share one installation. It is taken back when their signals have been garbage collected unaborted. It works as PID 1, which has no
 *  default for these signals. Its reason is a DOMException AbortError naming the signal.
 *  @throws UsageError in a worker thread, which gets no signals of the operating system; for a name that cannot be caught
 *  @example await consumer.process(handler, { signal: shutdownSignal() }); */
export function shutdownSignal(options: ShutdownSignalOptions = {}): AbortSignal {
  const { signals = DEFAULT_SIGNALS } = options;
  checkSignals(signals);
  const request: Request = { signals: [...signals], controller: new AbortController() };
  requests.add(request);
  for (const name of signals) install(name);
  // A signal that follows another one is kept by Node while it has listeners, and only then: an AbortController's own would be kept by us, for ever.
  const signal = AbortSignal.any([request.controller.signal]);
  forgotten.register(signal, request);
  return signal;
}

/** What still lives and follows the signal: `AbortSignal.any([shutdownSignal(), …])` follows not what it was given but what that follows, and does not keep
 *  it. Node tells this nowhere but in a property of its own; undefined: not even there, so nothing is taken back. */
function followersOf(signal: AbortSignal): readonly AbortSignal[] | undefined {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const followers = key === undefined ? undefined : (signal as unknown as Record<symbol, Iterable<WeakRef<AbortSignal>>>)[key];
  if (followers === undefined) return undefined;
  return [...followers].map((ref) => ref.deref()).filter((follower) => follower !== undefined);
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
  const listener = (): void => onSignal(name);
  installed.set(name, listener);
  process.on(name, listener);
}

function uninstallUnused(): void {
  for (const [name, listener] of installed) {
    if ([...requests].some(({ signals }) => signals.includes(name))) continue;
    process.off(name, listener);
    installed.delete(name);
  }
}

function onSignal(name: NodeJS.Signals): void {
  const waiting = [...requests].filter(({ signals, controller }) => signals.includes(name) && !controller.signal.aborted);
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
