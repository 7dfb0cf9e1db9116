/** librdkafka's keys about certificates as Node's own TLS takes them, for looking at a broker from here. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsTarget } from './tls-probe.js';

/** @throws what reading a file throws */
export function readTlsCredentials(config: ReadonlyMap<string, string>): TlsTarget['credentials'] {
  const pem = (name: string): string | Buffer | undefined => {
    const path = config.get(`${name}.location`);
    return config.get(`${name}.pem`) ?? (path === undefined ? undefined : readFileSync(path));
  };
  const keystore = config.get('ssl.keystore.location');
  const [key, cert] = [pem('ssl.key'), pem('ssl.certificate')];
  const passphrase = keystore === undefined ? config.get('ssl.key.password') : config.get('ssl.keystore.password');
  const ca = readAuthorities(config);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(keystore === undefined ? {} : { pfx: readFileSync(keystore) }),
    ...(key === undefined || cert === undefined ? {} : { key, cert }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** undefined = those that Node brings: where librdkafka probes for the system's, they are as good as the same. */
function readAuthorities(config: ReadonlyMap<string, string>): (string | Buffer)[] | undefined {
  const text = config.get('ssl.ca.pem');
  if (text !== undefined) return [text];
  const path = config.get('ssl.ca.location');
  if (path === undefined || path === 'probe') return undefined;
  if (!statSync(path).isDirectory()) return [readFileSync(path)];
  return readdirSync(path).map((file) => readFileSync(join(path, file)));
}
