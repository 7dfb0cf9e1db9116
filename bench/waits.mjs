/** How long a handler of the concurrency jobs waits for each message, as a service for its database. Milliseconds. */
export const WAIT_MS = 5;
