// Whoever is refused at the door learns what to check: from connect() and produce() within seconds, from process() after startTimeoutMs; and the
// client does not knock like mad meanwhile.
import { expect, test } from 'vitest';
import { Consumer, isPhqKafkaError, KafkaException, Producer } from '../../src/index.js';
import { within } from '../support/consuming.js';
import { CountingProxy } from './support/counting-proxy.js';
import { type Entry, overTls, security, withOidc, withPassword, withScram } from './support/doors.js';

const { doors, pki } = security;
const SOON_MS = 8_000;
/** process() rejects after this, and a last look of 2 s at most. */
const startTimeoutMs = 2_500;
/** A second's backoff doubles from 100 ms: some six attempts of a client in three seconds, and one look by ours. */
const MOST_KNOCKS = 12;

interface Case {
  readonly entry: Entry;
  readonly kafkaName: string;
  readonly advice: RegExp;
}

const own = (certificate: string, key: string): Entry => ({
  bootstrapServers: doors.MTLS,
  kafkaConfig: { ...overTls.kafkaConfig, 'ssl.certificate.location': certificate, 'ssl.key.location': key },
});

const CASES: Readonly<Record<string, Case>> = {
  'a wrong password (PLAIN)': { entry: withPassword('alice', 'nope'), kafkaName: '_AUTHENTICATION', advice: /check .*sasl\.password/ },
  'a wrong password (SCRAM)': { entry: withScram('nope'), kafkaName: '_AUTHENTICATION', advice: /check .*sasl\.password/ },
  'a wrong OIDC secret': {
    entry: withOidc('nope'),
    kafkaName: '_AUTHENTICATION',
    advice: /check sasl\.oauthbearer\.client\.id, .*client\.secret/,
  },
  'an expired certificate': {
    entry: { ...overTls, bootstrapServers: doors.EXPIRED },
    kafkaName: '_SSL',
    advice: /certificate of localhost:\d+ expired on Feb {1,2}1 .* 2020/,
  },
  'a wrong host name': {
    entry: { ...overTls, bootstrapServers: doors.WRONGHOST },
    kafkaName: '_SSL',
    advice: /for another host name \(DNS:elsewhere\.example\).*advertised\.listeners/,
  },
  'an unknown authority': {
    entry: { ...overTls, kafkaConfig: { ...overTls.kafkaConfig, 'ssl.ca.location': pki.strangerCa } },
    kafkaName: '_SSL',
    advice: /signed by "phq-kafka test ca", which is not among your authorities: .*ssl\.ca\.location/,
  },
  'no client certificate': {
    entry: { ...overTls, bootstrapServers: doors.MTLS },
    kafkaName: '_SSL',
    advice: /demands a client certificate \(mutual TLS\): set ssl\.certificate\.location/,
  },
  'a client certificate that nobody vouches for': {
    entry: own(pki.strangerCertificate, pki.strangerKey),
    kafkaName: '_SSL',
    advice: /refuses your client certificate/,
  },
  'an expired client certificate': {
    entry: own(pki.expiredClientCertificate, pki.expiredClientKey),
    kafkaName: '_SSL',
    advice: /refuses your client certificate: check that it has not expired/,
  },
  'plaintext to a TLS port': {
    entry: { bootstrapServers: doors.TLS, kafkaConfig: {} },
    kafkaName: '_SSL',
    advice: /speaks TLS, but security\.protocol is plaintext here: set it to ssl/,
  },
  'TLS to a plaintext port': {
    entry: { ...overTls, bootstrapServers: doors.PLAIN },
    kafkaName: '_SSL',
    advice: /does not speak TLS: .*security\.protocol/,
  },
};

test.concurrent.for(Object.entries(CASES))(
  '%s: connect() rejects soon and says what to check',
  async ([, { entry, kafkaName, advice }]) => {
    await using proxy = await CountingProxy.to(entry.bootstrapServers);
    const options = { logger: false, ...entry, bootstrapServers: proxy.bootstrapServers } as const;
    await using producer = new Producer({ svc: 'a', outputTopics: 't', ...options });
    await using consumer = new Consumer({ groupId: 'g', inputTopics: 't', ...options });
    const expected = { code: 'KAFKA', kafkaName, retriable: false, message: expect.stringMatching(advice) };
    await expect(within(SOON_MS, producer.connect())).rejects.toMatchObject(expected);
    await expect(within(SOON_MS, consumer.connect())).rejects.toMatchObject(expected);
  },
);

test.concurrent.for(Object.entries(CASES))(
  '%s: produce() rejects soon and says what to check',
  async ([, { entry, kafkaName, advice }]) => {
    await using proxy = await CountingProxy.to(entry.bootstrapServers);
    await using producer = new Producer({ svc: 'a', outputTopics: 't', logger: false, ...entry, bootstrapServers: proxy.bootstrapServers });
    const thrown = await within(SOON_MS, producer.produce({ id: 'x', payload: 1 })).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: 'DELIVERY_FAILED',
      message: expect.stringMatching(advice),
      cause: { code: 'KAFKA', kafkaName, message: expect.stringMatching(advice) },
      failed: [{ index: 0, persisted: 'no' }],
    });
    expect(isPhqKafkaError(thrown) && thrown.cause).toBeInstanceOf(KafkaException);
    // What comes later is not sent on a hope either.
    await expect(within(15_000, producer.produce({ id: 'y', payload: 2 }))).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
    expect(proxy.count).toBeLessThanOrEqual(MOST_KNOCKS);
  },
);

test.concurrent.for(Object.entries(CASES))('%s: process() rejects after startTimeoutMs and says what to check', async ([, c]) => {
  const { entry, kafkaName, advice } = c;
  await using proxy = await CountingProxy.to(entry.bootstrapServers);
  const consumer = new Consumer({
    ...{ groupId: 'g', inputTopics: 't', logger: false, startTimeoutMs, closeTimeoutMs: 2_000 },
    ...{ ...entry, bootstrapServers: proxy.bootstrapServers },
  });
  await expect(
    within(
      startTimeoutMs + SOON_MS,
      consumer.process(() => undefined),
    ),
  ).rejects.toMatchObject({ code: 'KAFKA', kafkaName, message: expect.stringMatching(advice) });
  expect(proxy.count).toBeLessThanOrEqual(MOST_KNOCKS);
});
