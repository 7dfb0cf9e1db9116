import { beforeEach, expect, test, vi } from 'vitest';
import { Diagnosis } from '../../../src/engine/diagnosis.js';
import { probeTls, type TlsFinding } from '../../../src/engine/tls-probe.js';
import { fault } from './fakes.js';

vi.mock('../../../src/engine/tls-probe.js', () => ({ probeTls: vi.fn() }));
const probe = vi.mocked(probeTls);

const tls = [['security.protocol', 'SASL_SSL']] as const;
const aboutBroker = fault(-181, '_SSL', { message: 'sasl_ssl://b7.example.com:9093/7: SSL handshake failed (after 5ms)' });

beforeEach(() => {
  probe.mockReset();
});

test.each<[finding: TlsFinding, advice: RegExp | undefined]>([
  [{ kind: 'expired', validTo: 'Feb  1 2020' }, /certificate of b7\.example\.com:9093 expired on Feb {2}1 2020: renew/],
  [{ kind: 'notYetValid', validFrom: 'Feb  1 2030' }, /valid only from Feb {2}1 2030: check the clocks/],
  [{ kind: 'wrongHost', names: 'DNS:x' }, /for another host name \(DNS:x\): check bootstrapServers/],
  [{ kind: 'unknownAuthority', issuer: 'Corp CA' }, /signed by "Corp CA", which is not among your authorities: .*ssl\.ca\.location/],
  [{ kind: 'refusesClient' }, /demands a client certificate/],
  [{ kind: 'notTls' }, /does not speak TLS/],
  [{ kind: 'fine' }, undefined],
  [{ kind: 'unreachable' }, undefined],
])('over TLS, %j', async (finding, advice) => {
  probe.mockResolvedValue(finding);
  const given = await new Diagnosis(tls, 'b1.example.com:9093').adviceOnTls(aboutBroker);
  if (advice === undefined) expect(given).toBeUndefined();
  else expect(given).toMatch(advice);
  expect(probe).toHaveBeenCalledWith({ host: 'b7.example.com', port: 9093, credentials: {} });
});

test('in plaintext only a port that speaks TLS is worth a word', async () => {
  const allDown = fault(-187, '_ALL_BROKERS_DOWN', { message: '1/1 brokers are down' });
  probe.mockResolvedValue({ kind: 'unknownAuthority', issuer: 'x' });
  expect(await new Diagnosis([], 'SSL://h1:1,h2:2').adviceOnTls(allDown)).toMatch(/h1:1 speaks TLS, but security\.protocol is plaintext/);
  probe.mockResolvedValue({ kind: 'notTls' });
  expect(await new Diagnosis([], 'h1:1').adviceOnTls(allDown)).toBeUndefined();
});

test('a broker is looked at once a minute, however often it refuses', async () => {
  vi.useFakeTimers();
  probe.mockResolvedValue({ kind: 'notTls' });
  const diagnosis = new Diagnosis(tls, 'h:1');
  await Promise.all([diagnosis.adviceOnTls(aboutBroker), diagnosis.adviceOnTls(aboutBroker)]);
  vi.advanceTimersByTime(59_000);
  expect(await diagnosis.adviceOnTls(aboutBroker)).toMatch(/does not speak TLS/);
  expect(probe).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2_000);
  await diagnosis.adviceOnTls(aboutBroker);
  expect(probe).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

test.each<[code: number, overTls: boolean, inPlaintext: boolean]>([
  [-181, true, false],
  [-195, true, false],
  [-187, false, false],
  [-169, false, false],
  [29, false, false],
])('error %i is worth a look: over TLS %s, in plaintext %s', (code, overTls, inPlaintext) => {
  const error = fault(code, 'X');
  expect(new Diagnosis(tls, 'h:1').mayConcernTls(error, false)).toBe(overTls);
  expect(new Diagnosis([], 'h:1').mayConcernTls(error, false)).toBe(inPlaintext);
});

test('all brokers down, and no reason so far: worth a look either way', () => {
  const allDown = fault(-187, '_ALL_BROKERS_DOWN');
  expect([tls, []].map((config) => new Diagnosis(config, 'h:1').mayConcernTls(allDown, true))).toEqual([true, true]);
});

test('what to check about a login depends on the mechanism', () => {
  const refused = fault(-169, '_AUTHENTICATION');
  const advice = (...config: readonly (readonly [string, string])[]) => new Diagnosis(config, 'h:1').adviceOnLogin(refused);
  expect(advice(['sasl.mechanism', 'PLAIN'])).toBeUndefined();
  expect(advice(['sasl.mechanisms', 'OAUTHBEARER'])).toMatch(/token that oauthToken returns/);
  expect(advice(['sasl.mechanism', 'OAUTHBEARER'], ['sasl.oauthbearer.method', 'OIDC'])).toMatch(/sasl\.oauthbearer\.client\.secret/);
  expect(new Diagnosis([['sasl.mechanism', 'OAUTHBEARER']], 'h:1').adviceOnLogin(fault(-195, '_TRANSPORT'))).toBeUndefined();
});
