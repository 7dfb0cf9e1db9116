import { beforeEach, expect, test, vi } from 'vitest';
import { Diagnosis } from '../../../src/engine/diagnosis.js';
import { speaksPlaintextKafka } from '../../../src/engine/plaintext-probe.js';
import { probeTls, type TlsFinding } from '../../../src/engine/tls-probe.js';
import { fault } from './fakes.js';

vi.mock('../../../src/engine/tls-probe.js', () => ({ probeTls: vi.fn() }));
vi.mock('../../../src/engine/plaintext-probe.js', () => ({ speaksPlaintextKafka: vi.fn() }));
const probe = vi.mocked(probeTls);
const plaintext = vi.mocked(speaksPlaintextKafka);

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

test('a broker that says nothing is looked at again after five seconds', async () => {
  vi.useFakeTimers();
  probe.mockResolvedValue({ kind: 'unreachable' });
  const diagnosis = new Diagnosis(tls, 'h:1');
  await diagnosis.adviceOnTls(aboutBroker);
  await diagnosis.adviceOnTls(aboutBroker);
  expect(probe).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5_001);
  probe.mockResolvedValue({ kind: 'notTls' });
  expect(await diagnosis.adviceOnTls(aboutBroker)).toMatch(/does not speak TLS/);
  vi.useRealTimers();
});

test.each<[finding: TlsFinding, config: readonly [string, string]]>([
  [{ kind: 'wrongHost', names: 'x' }, ['ssl.endpoint.identification.algorithm', 'none']],
  [{ kind: 'wrongHost', names: 'x' }, ['enable.ssl.certificate.verification', 'false']],
  [{ kind: 'expired', validTo: 'x' }, ['enable.ssl.certificate.verification', 'false']],
  [{ kind: 'unknownAuthority', issuer: 'x' }, ['enable.ssl.certificate.verification', 'false']],
])('%j is no news to who set %j', async (finding, entry) => {
  probe.mockResolvedValue(finding);
  expect(await new Diagnosis([...tls, entry], 'h:1').adviceOnTls(aboutBroker)).toBeUndefined();
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

test.each<[code: number, config: readonly (readonly [string, string])[], isLetIn: boolean, isUnexplained: boolean, worth: boolean]>([
  [-181, tls, false, false, true],
  [-181, tls, true, false, true],
  [-195, tls, false, false, true],
  [-195, tls, true, true, false],
  [-195, [], false, true, false],
  [-187, tls, false, false, false],
  [-187, tls, false, true, true],
  [-187, [], false, true, true],
  [-187, [], true, true, false],
  [-169, tls, false, true, false],
  [29, tls, false, true, false],
])('error %i with %j, let in %s, unexplained %s: worth a look %s', (code, config, isLetIn, isUnexplained, worth) => {
  expect(new Diagnosis(config, 'h:1').mayConcernTls(fault(code, 'X'), { isLetIn, isUnexplained })).toBe(worth);
});

test('who hangs up speaks plaintext only if it answers in it', async () => {
  probe.mockResolvedValue({ kind: 'hangsUp' });
  plaintext.mockResolvedValueOnce(true);
  expect(await new Diagnosis(tls, 'h:1').adviceOnTls(aboutBroker)).toMatch(/does not speak TLS/);
  plaintext.mockResolvedValueOnce(false);
  expect(await new Diagnosis(tls, 'h:1').adviceOnTls(aboutBroker)).toBeUndefined();
});

test('what to check about a login depends on the mechanism', () => {
  const refused = fault(-169, '_AUTHENTICATION');
  const advice = (...config: readonly (readonly [string, string])[]) => new Diagnosis(config, 'h:1').adviceOnLogin(refused);
  expect(advice(['sasl.mechanism', 'PLAIN'])).toBeUndefined();
  expect(advice(['sasl.mechanisms', 'OAUTHBEARER'])).toMatch(/token that oauthToken returns/);
  expect(advice(['sasl.mechanism', 'OAUTHBEARER'], ['sasl.oauthbearer.method', 'OIDC'])).toMatch(/sasl\.oauthbearer\.client\.secret/);
  expect(new Diagnosis([['sasl.mechanism', 'OAUTHBEARER']], 'h:1').adviceOnLogin(fault(-195, '_TRANSPORT'))).toBeUndefined();
});
