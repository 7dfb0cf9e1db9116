/** Settings layer: one librdkafka setting as the user wrote it, so that an error can point at the place. */

export interface UserSetting {
  /** As spelled: the key or one of its other names. */
  readonly key: string;
  readonly value: string;
  /** The option it stands in, e.g. `kafkaConfig`. */
  readonly option: string;
}

/** By canonical key, so that `linger.ms` and `queue.buffering.max.ms` are one setting. */
export type UserSettings = ReadonlyMap<string, UserSetting>;
