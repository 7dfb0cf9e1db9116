/** Consuming: remembers, along async calls, which run's handler the current code was reached from: closing from inside must not wait for that handler. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** A timer or listener that a handler left behind still carries its call, hence `running`. */
const handlerCall = new AsyncLocalStorage<{ readonly run: object; running: boolean }>();

/** Is the current code called, directly or not, by a handler of this run that is still running? */
export function isInsideHandlerOf(run: object): boolean {
  const call = handlerCall.getStore();
  return call?.run === run && call.running;
}

/** Runs the call; `end` it when it has settled. */
export function callInside<R>(run: object, call: () => R): { readonly result: R; end(): void } {
  const store = { run, running: true };
  const end = (): void => {
    store.running = false;
  };
  return { result: handlerCall.run(store, call), end };
}
