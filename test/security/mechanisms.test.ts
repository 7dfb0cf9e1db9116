// Through every door of a secured broker: connect, produce and consume with what the door asks for.
import { expect, test } from 'vitest';
import { type Consumer, Producer } from '../../src/index.js';
import { take } from '../support/consuming.js';
import {
  type Entry,
  overTls,
  security,
  unsecuredToken,
  withCertificate,
  withInlinePem,
  withOidc,
  withPassword,
  withScram,
  withToken,
} from './support/doors.js';

const oauthToken = () => Promise.resolve(unsecuredToken(60_000));

const fetchOidcToken = async () => {
  const { id, secret } = security.users.oidc;
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const response = await fetch(security.tokenUrl, { method: 'POST', headers: { authorization } });
  const { access_token, expires_in } = (await response.json()) as { readonly access_token: string; readonly expires_in: number };
  return { token: access_token, lifetimeMs: expires_in * 1000, principal: id };
};

test.for<[name: string, entry: Entry & Pick<Partial<ConstructorParameters<typeof Consumer>[0]>, 'oauthToken'>]>([
  ['TLS', overTls],
  ['mutual TLS with files and an encrypted key', withCertificate],
  ['mutual TLS with PEM texts', withInlinePem],
  ['SASL PLAIN', withPassword()],
  ['SCRAM-SHA-512', withScram()],
  ['OAUTHBEARER by OIDC', withOidc()],
  ['OAUTHBEARER by oauthToken, unsecured', { ...withToken, oauthToken }],
  ['OAUTHBEARER by oauthToken, from a token server', { ...withOidcDoor(), oauthToken: fetchOidcToken }],
])('%s', async ([name, entry]) => {
  const topic = name.replace(/\W+/g, '-');
  await using producer = new Producer({ svc: 'a', outputTopics: topic, logger: false, ...entry });
  await producer.connect({ timeoutMs: 10_000 });
  const delivery = await producer.produce({ id: 'x', payload: { name } });
  expect(delivery).toMatchObject({ topic, offset: 0 });
  const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest' } as const;
  const messages = await take({ groupId: `g-${topic}`, inputTopics: topic, logger: false, kafkaConsumerConfig, ...entry }, 1);
  expect(messages.map(({ payload }) => payload)).toEqual([{ name }]);
});

function withOidcDoor(): Entry {
  return { ...withToken, bootstrapServers: security.doors.OIDC };
}
