/** Handling: what a handler threw, in words; it may be anything. */

/** `TypeError: x is not a function`; of what is no error only its type, since it may be private. */
export function describeCause(cause: unknown): string {
  return isError(cause) ? `${cause.name}: ${cause.message}` : typeof cause;
}

/** An error of any realm: test runners have their own `Error`. */
export function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string' && 'name' in value;
}
