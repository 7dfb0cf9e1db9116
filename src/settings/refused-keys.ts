/** Settings layer: keys and values that librdkafka would take but that would break a promise of this library. */

const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['bootstrap.servers', 'bootstrapServers'],
  ['metadata.broker.list', 'bootstrapServers'],
  ['group.id', 'groupId'],
]);

interface Refusal {
  readonly refuses: (value: string) => boolean;
  readonly why: string;
}

const isOn = (value: string): boolean => /^(true|t|1)$/i.test(value);
const always = (): boolean => true;

const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  [
    'enable.auto.offset.store',
    { refuses: isOn, why: 'would store positions when they are read: a crash then loses what was not handled yet. Leave it out' },
  ],
  ['auto.commit.enable', { refuses: isOn, why: 'is a key of the legacy consumer. Leave it out' }],
  ['offset.store.method', { refuses: (value) => value === 'file', why: 'file would keep positions on this machine instead of in Kafka' }],
  ['enable.partition.eof', { refuses: isOn, why: 'true has no use here: the end of a partition is not a message' }],
  ['delivery.report.only.error', { refuses: isOn, why: 'true would leave every successful produce() waiting for ever' }],
  ['max.poll.records', { refuses: always, why: 'has no use here: only share consumers read it. The option batchSize is what you want' }],
  ['share.acknowledgement.mode', { refuses: always, why: 'has no use here: only share consumers read it. Leave it out' }],
  [
    'sasl.oauthbearer.metadata.authentication.type',
    { refuses: (value) => value === 'aws_iam', why: 'aws_iam has no use here: librdkafka knows the word but fetches no token' },
  ],
  [
    'sasl.oauthbearer.token.endpoint.url',
    {
      // librdkafka's own debug lines show the address as it is.
      refuses: (value) => /^[^/]*\/\/[^/]*@/.test(value),
      why: 'must not carry a name or password: sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret are the place for them',
    },
  ],
  ['transactional.id', { refuses: always, why: 'is not available yet: transactions come with exactlyOnce of a Service' }],
]);

/** Why the library does not let this key be set to this value, or undefined. */
export function findRefusal(key: string, value: string): string | undefined {
  const option = OPTIONS.get(key);
  if (option !== undefined) return `is set by the option ${option}`;
  const refusal = REFUSALS.get(key);
  return refusal?.refuses(value.trim()) ? refusal.why : undefined;
}
