/** An OpenID provider on loopback, as small as one can be: client credentials in, a signed token out, and the key that proves it. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const KEY_ID = 'k1';

/** @typedef {object} TokenServer
 *  @property {string} issuer its address, and the `iss` of its tokens
 *  @property {string} tokenUrl takes POST with basic authentication @property {string} jwksUrl
 *  @property {() => number} asked how often a token was asked for, refusals included
 *  @property {() => Promise<void>} stop */

/** @param {{ clientId: string, clientSecret: string, audience: string, lifetimeS?: number }} client who may ask; lifetimeS: seconds, default 300
 *  @returns {Promise<TokenServer>} */
export async function startTokenServer({ clientId, clientSecret, audience, lifetimeS = 300 }) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  let asked = 0;
  let issuer = '';

  const token = () => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: audience, sub: clientId, scope: 'kafka', iat, exp: iat + lifetimeS };
    const signed = `${encode({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };

  const server = createServer((request, response) => {
    request.resume();
    const answer = (/** @type {number} */ status, /** @type {object} */ body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      answer(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }] });
      return;
    }
    asked += 1;
    if (request.headers.authorization !== authorization) answer(401, { error: 'invalid_client' });
    else answer(200, { access_token: token(), token_type: 'Bearer', expires_in: lifetimeS });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    jwksUrl: `${issuer}/jwks`,
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @param {object} part */
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
