/** One TLS handshake with a broker from here: it tells apart what librdkafka has one text for (an expired certificate, a wrong host name, an unknown
 *  authority), and finds TLS where plaintext was meant. Nothing is sent over it. */

import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';

export type TlsFinding =
  /** nobody answered in time, or the connection was refused: it says nothing about TLS */
  | { readonly kind: 'unreachable' }
  /** connected, and hung up on without a word */
  | { readonly kind: 'hangsUp' }
  /** what answers does not speak TLS */
  | { readonly kind: 'notTls' }
  | { readonly kind: 'expired'; readonly validTo: string }
  | { readonly kind: 'notYetValid'; readonly validFrom: string }
  | { readonly kind: 'wrongHost'; readonly names: string }
  | { readonly kind: 'unknownAuthority'; readonly issuer: string }
  /** the broker ended the handshake over our certificate, or over the lack of one */
  | { readonly kind: 'refusesClient' }
  | { readonly kind: 'fine' };

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** certificates and keys as Node takes them */
  readonly credentials: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'pfx'>;
}

const HANDSHAKE_MS = 2_000;
/** With TLS 1.3 the broker looks at our certificate after the handshake is over for us. */
const VERDICT_MS = 400;
/** Alerts about our certificate, as Node names them: with TLS 1.2 a broker that wants one may also just fail the handshake. */
const CLIENT_ALERT = /ALERT_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/;
/** What OpenSSL says when the first bytes are no TLS. */
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|BAD_RECORD_TYPE|UNEXPECTED_MESSAGE/;

/** Resolves within about 2.5 s; never rejects. */
export async function probeTls(target: TlsTarget): Promise<TlsFinding> {
  return await new Promise((resolve) => {
    const socket = open(target);
    if (socket === undefined) return resolve({ kind: 'unreachable' });
    let found: TlsFinding | undefined;
    const end = (finding: TlsFinding): void => {
      clearTimeout(timer);
      resolve(finding);
      socket.destroy();
    };
    let timer = setTimeout(() => end({ kind: 'unreachable' }), HANDSHAKE_MS);
    socket.once('secureConnect', () => {
      found = judge(socket);
      if (found.kind !== 'fine') return end(found);
      clearTimeout(timer);
      timer = setTimeout(() => end({ kind: 'fine' }), VERDICT_MS);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => end(findIn(error, found)));
    socket.once('close', () => end(found ?? { kind: 'hangsUp' }));
  });
}

/** undefined when the key or certificate cannot be used here: librdkafka says more about that. */
function open({ host, port, credentials }: TlsTarget): TLSSocket | undefined {
  try {
    // Certificates are judged below, and nothing is ever sent: what is refused for a connection is the very thing to look at.
    return connect({ host, port, ...(isIP(host) ? {} : { servername: host }), ...credentials, rejectUnauthorized: false });
  } catch {
    return undefined;
  }
}

/** @param found what the handshake had shown before */
function findIn({ code = '' }: NodeJS.ErrnoException, found: TlsFinding | undefined): TlsFinding {
  if (CLIENT_ALERT.test(code)) return { kind: 'refusesClient' };
  if (found !== undefined) return found;
  if (code === 'ECONNRESET') return { kind: 'hangsUp' };
  return NOT_TLS.test(code) ? { kind: 'notTls' } : { kind: 'unreachable' };
}

function judge(socket: TLSSocket): TlsFinding {
  if (socket.authorized) return { kind: 'fine' };
  const certificate = socket.getPeerCertificate();
  switch (String(socket.authorizationError)) {
    case 'CERT_HAS_EXPIRED':
      return { kind: 'expired', validTo: certificate.valid_to };
    case 'CERT_NOT_YET_VALID':
      return { kind: 'notYetValid', validFrom: certificate.valid_from };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return { kind: 'wrongHost', names: certificate.subjectaltname ?? commonName(certificate.subject) };
    default:
      return { kind: 'unknownAuthority', issuer: commonName(certificate.issuer) };
  }
}

function commonName(name: PeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? 'an unnamed authority');
}
