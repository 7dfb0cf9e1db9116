/** What scenarios share: settings that make the embedded broker quick. The reasons are in docs/embedded-gaps.md. */
import type { ConsumerConfig } from '../../src/index.js';

/** For consumers on the embedded broker: it answers an empty fetch only after fetch.wait.max.ms, and after a member has left it makes the next one
 *  wait for session.timeout.ms less a second. */
export const QUICK: ConsumerConfig = {
  'auto.offset.reset': 'earliest',
  'fetch.wait.max.ms': 10,
  'session.timeout.ms': 1_200,
  'heartbeat.interval.ms': 100,
};
