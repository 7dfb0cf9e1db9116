/** Settings layer: what is known of one librdkafka key. The table of all of them, librdkafka-keys.ts, is generated. */

export interface KafkaKey {
  /** Whose key it is: both, the consumer's or the producer's. */
  readonly role: 'both' | 'consumer' | 'producer';
  /** `api` = a callback or handle that no text can set. `flags` = a comma-separated list, each with an optional + or -. */
  readonly type: 'string' | 'integer' | 'float' | 'boolean' | 'enum' | 'flags' | 'api';
  readonly min?: number;
  readonly max?: number;
  /** The allowed words; for an integer, words allowed besides numbers. */
  readonly values?: readonly string[];
  readonly default?: string;
  /** The key that this one is another name of. */
  readonly alias?: string;
  readonly deprecated?: true;
  /** Its value must never be shown. */
  readonly secret?: true;
}
