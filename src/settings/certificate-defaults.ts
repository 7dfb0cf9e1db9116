/** Settings layer: where TLS finds its certificate authorities by default. */

/** The OpenSSL compiled into the engine does not know where a Linux distribution keeps its certificates: it has to look. On macOS librdkafka
 *  looks by itself, on Windows it reads the system's store. */
export const CERTIFICATE_DEFAULTS: Readonly<Record<string, string>> = Object.freeze(
  process.platform === 'linux' ? { 'ssl.ca.location': 'probe', 'https.ca.location': 'probe' } : {},
);
