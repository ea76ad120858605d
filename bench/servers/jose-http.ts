import { createServer } from 'node:http';

import { generateKeyPair, jwtVerify, SignJWT } from 'jose';

import { announce } from './noop.ts';

// What it costs to ask no database at all: a token's signature is checked, and what it says is answered.
const [issuer, audience] = ['http://localhost', 'bench'];
const { publicKey, privateKey } = await generateKeyPair('EdDSA');
const token = await new SignJWT()
  .setProtectedHeader({ alg: 'EdDSA' })
  .setSubject('me-bench@example.com')
  .setIssuer(issuer)
  .setAudience(audience)
  .setExpirationTime('1h')
  .sign(privateKey);

async function subjectOf(authorization = ''): Promise<string | undefined> {
  const rules = { issuer, audience, algorithms: ['EdDSA'] };
  const { payload } = await jwtVerify(authorization.replace('Bearer ', ''), publicKey, rules);
  return payload.sub;
}

const server = createServer((request, response) => {
  if (request.url === '/token') {
    response.end(token);
    return;
  }
  subjectOf(request.headers.authorization).then(
    (email) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ email })),
    () => response.writeHead(401).end(),
  );
});
server.listen(0, '127.0.0.1', () => announce(server));
