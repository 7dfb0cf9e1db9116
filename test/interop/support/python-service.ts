/** A Python service at work in a consumer group: what it says, as it says it. */
import type { Landed } from './python.js';
import { python } from './python.js';

/** A message that the service handled and committed; `to` is where it passed it on, if it has an output. */
export interface PassedOn {
  readonly from: Landed & { readonly key: string | null };
  readonly to: Landed | null;
}

export interface PythonServiceListener {
  onAssigned?(partitions: readonly number[]): void;
  onHandled?(messages: readonly PassedOn[]): void;
}

type Said = { assigned: number[] } | { revoked: number[] } | { handled: PassedOn[] } | { left: true };

const DEADLINE_MS = 290_000;

/** Joins the group at once. `leave` lets it end its batch, commit and leave, and resolves when the process has ended. */
export function startPythonService(
  options: { readonly svc: string; readonly group: string; readonly input: string; readonly output?: string },
  listener: PythonServiceListener,
): AsyncDisposable & { leave(): Promise<void> } {
  const program = python('serve.py', { output: '-', ...options }, {}, { withinMs: DEADLINE_MS });
  program.onLine((line) => {
    const said = JSON.parse(line) as Said;
    if ('assigned' in said) listener.onAssigned?.(said.assigned);
    else if ('revoked' in said) listener.onAssigned?.([]);
    else if ('handled' in said) listener.onHandled?.(said.handled);
  });
  return {
    leave: async () => {
      program.endInput();
      await program.lines();
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
