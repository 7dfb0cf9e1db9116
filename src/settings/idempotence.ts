/** Settings layer: idempotence is our default, not the user's wish: it gives way to settings that exclude it, and says so. */
import type { SettingsFault } from '../errors.js';
import type { UserSettings } from './user-setting.js';

interface Verdict {
  readonly enabled: boolean;
  readonly faults: readonly SettingsFault[];
  readonly warnings: readonly string[];
}

/** What librdkafka refuses beside enable.idempotence=true (rd_kafka_conf_finalize), by canonical key. */
const EXCLUDES: ReadonlyMap<string, { readonly when: (value: string) => boolean; readonly needs: string }> = new Map([
  ['request.required.acks', { when: (value: string) => !/^(all|-1)$/i.test(value), needs: 'acks=all' }],
  ['message.send.max.retries', { when: (value: string) => Number(value) < 1, needs: 'retries >= 1' }],
  ['max.in.flight.requests.per.connection', { when: (value: string) => Number(value) > 5, needs: 'max.in.flight <= 5' }],
  ['queuing.strategy', { when: (value: string) => value.toLowerCase() === 'lifo', needs: 'queuing.strategy=fifo' }],
  [
    'queue.buffering.backpressure.threshold',
    { when: (value: string) => Number(value) > 1, needs: 'queue.buffering.backpressure.threshold=1' },
  ],
]);

/** On unless a setting of the user's excludes it: then off with a warning, or a fault when the user asked for both. */
export function resolveIdempotence(user: UserSettings): Verdict {
  const wish = user.get('enable.idempotence');
  if (wish !== undefined && !/^(true|t|1)$/i.test(wish.value)) return { enabled: false, faults: [], warnings: [] };
  const excluding = [...EXCLUDES].flatMap(([canonical, { when, needs }]) => {
    const setting = user.get(canonical);
    return setting !== undefined && when(setting.value.trim()) ? [{ setting, needs }] : [];
  });
  if (wish === undefined) {
    const warnings = excluding.map(({ setting }) => {
      const cause = `${setting.option}["${setting.key}"] is ${setting.value}`;
      return `enable.idempotence is switched off because ${cause}: retries may now duplicate or reorder messages. Set it to false to say that this is meant`;
    });
    return { enabled: excluding.length === 0, faults: [], warnings };
  }
  const faults = excluding.map(({ setting, needs }) => {
    return {
      key: `${setting.option}["${setting.key}"]`,
      message: `is ${setting.value}, but enable.idempotence=true needs ${needs}: change one of the two`,
    };
  });
  return { enabled: true, faults, warnings: [] };
}
