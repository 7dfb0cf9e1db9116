/** What a user's code threw, in words; it may be anything, also what throws itself when it is looked at. */

/** `TypeError: x is not a function`; of what is no error only its type, since it may be private. */
export function describeCause(cause: unknown): string {
  const words = wordsOf(cause);
  return words === undefined ? typeof cause : `${words.name}: ${words.message}`;
}

/** Undefined for what is no error, or cannot be read. An error of any realm: test runners have their own `Error`. */
export function wordsOf(thrown: unknown): { readonly name: string; readonly message: string } | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null || !('name' in thrown) || !('message' in thrown)) return undefined;
    const { name, message } = thrown;
    return typeof message === 'string' ? { name: String(name), message } : undefined;
  } catch {
    // A getter that throws, a revoked proxy, a name without a text: how it is told must not hide that it was thrown.
    return undefined;
  }
}

/** Undefined where there is none, or it cannot be read. Made when it is asked for, which is dear. */
export function stackOf(thrown: object): string | undefined {
  try {
    return 'stack' in thrown && typeof thrown.stack === 'string' ? thrown.stack : undefined;
  } catch {
    return undefined;
  }
}
