import { sign } from 'node:crypto';

import type { createPasskey, Saying, usePasskey } from './authenticator.ts';
import type { TestApp } from './test-app.ts';

/** What a browser answers, of either kind, so that a test can change it. */
type Assertion = ReturnType<typeof usePasskey>;
type Registration = ReturnType<typeof createPasskey>['response'];

const turned = (text: string, at: number): string => {
  const bytes = Buffer.from(text, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
};

const saying = (change: object) => (said: object) => JSON.stringify({ ...said, ...change });

/** What the browser says that nobody asked it for, whether it makes a passkey or uses one. It is signed, as it was said. */
export const saidWrong = (url: string): Record<string, Partial<Saying>> => {
  const { port } = new URL(url);
  const origins = {
    'another name': `http://evil.test:${port}`,
    'a scheme of its own': `app://localhost:${port}`,
    'a subdomain': `http://www.localhost:${port}`,
    'a name that ends like ours': `http://evillocalhost:${port}`,
    'a name that begins like ours': `http://localhost.evil.test:${port}`,
    'an opaque page': 'null',
    'upper case': `http://LOCALHOST:${port}`,
    'a user in front': `http://ada@localhost:${port}`,
    'a name behind a user': `http://localhost:${port}@evil.test`,
    'a slash at the end': `${url}/`,
    'the address of the name': `http://127.0.0.1:${port}`,
    nothing: '',
  };
  return {
    ...Object.fromEntries(Object.entries(origins).map(([name, origin]) => [`the origin is ${name}`, { origin }])),
    'the type is that of a payment': { type: 'payment.get' },
    'the challenge is another': { challenge: Buffer.alloc(32).toString('base64url') },
    'the challenge is cut off': { challenge: '' },
    'the name of the site is another': { rpId: 'evil.test' },
    'the name of the site is one above ours': { rpId: 'com' },
    'nobody was there': { isPresent: false },
    'it is backed up and cannot be': { flags: 0x10 },
    'there are no extensions where there should be': { flags: 0x80 },
    'something stands behind the data': { appended: Buffer.of(0) },
    'the page is framed by another': { crossOrigin: true },
    'the page is framed by one that is named': {
      written: saying({ crossOrigin: true, topOrigin: 'https://evil.test' }),
    },
    'it is framed, and it is not': { written: saying({ topOrigin: 'https://evil.test' }) },
    'it is framed by text': { written: saying({ crossOrigin: 'true' }) },
    'it says no JSON': { written: () => 'no JSON' },
    'it says nothing': { written: () => '{}' },
    'it says null': { written: () => 'null' },
    'it says an array': { written: (said) => JSON.stringify([said]) },
    'it says text': { written: (said) => JSON.stringify(JSON.stringify(said)) },
    'it says the origin twice': {
      written: (said) => JSON.stringify(said).replace(/\}$/, ',"origin":"http://evil.test"}'),
    },
    'it says the type twice': { written: (said) => JSON.stringify(said).replace(/\}$/, ',"type":"webauthn.none"}') },
    'it begins with a mark of the order of bytes': { written: (said) => `\uFEFF${JSON.stringify(said)}` },
    'it is in UTF-16': { written: (said) => Buffer.from(JSON.stringify(said), 'utf16le') },
    'it is not UTF-8': {
      written: (said) =>
        Buffer.concat([Buffer.from(JSON.stringify(said).replace(/\}$/, ',"x":"')), Buffer.of(0xff), Buffer.from('"}')]),
    },
    'the origin is a list': { written: (said) => JSON.stringify(said).replace(/"origin":("[^"]*")/, '"origin":[$1]') },
  };
};

/** What is not even an answer of a browser, whatever it is an answer to. */
export const notAnswers: Record<string, (answer: Assertion | Registration) => unknown> = {
  nothing: () => undefined,
  null: () => null,
  'a list': (answer) => [answer],
  text: (answer) => JSON.stringify(answer),
  'without an id': ({ id: _id, ...answer }) => answer,
  'without a raw id': ({ rawId: _id, ...answer }) => answer,
  'without a type': ({ type: _type, ...answer }) => answer,
  'of another type': (answer) => ({ ...answer, type: 'password' }),
  'without what was made': ({ response: _response, ...answer }) => answer,
  'with an empty id': (answer) => ({ ...answer, id: '', rawId: '' }),
  'with an id that is too long': (answer) => ({ ...answer, id: 'a'.repeat(1365), rawId: 'a'.repeat(1365) }),
  'with an id that is a number': (answer) => ({ ...answer, id: 1, rawId: 1 }),
  'with padding': (answer) => ({ ...answer, id: `${answer.id}=`, rawId: `${answer.rawId}=` }),
  'in the other alphabet': (answer) => ({ ...answer, id: `+/${answer.id.slice(2)}`, rawId: `+/${answer.id.slice(2)}` }),
  'whose words are padded': (answer) => inside(answer, { clientDataJSON: `${answer.response.clientDataJSON}==` }),
  'whose words are missing': (answer) => inside(answer, { clientDataJSON: undefined }),
  'whose words are empty': (answer) => inside(answer, { clientDataJSON: '' }),
  'whose words are many': (answer) => inside(answer, { clientDataJSON: 'a'.repeat(4001) }),
  'whose words are a list': (answer) => inside(answer, { clientDataJSON: [answer.response.clientDataJSON] }),
};

/** The same with something else in what was signed or made. */
export const inside = <Answer extends { response: object }>(answer: Answer, change: object) => ({
  ...answer,
  response: { ...answer.response, ...change },
});

/** What is changed of an assertion after it was signed. */
export const assertionChanges: Record<string, (answer: Assertion) => object> = {
  'the raw id is another than the id': (answer) => ({ ...answer, rawId: turned(answer.rawId, 0) }),
  'nobody knows the id': (answer) => ({ ...answer, id: turned(answer.id, 0), rawId: turned(answer.id, 0) }),
  'the id goes on': (answer) => ({ ...answer, id: `${answer.id}AA`, rawId: `${answer.id}AA` }),
  'a bit of the signature is turned': (answer) => signedBy(answer, turned(answer.response.signature, 20)),
  'the signature is cut off': (answer) => signedBy(answer, answer.response.signature.slice(0, -4)),
  'the signature is a byte': (answer) => signedBy(answer, 'AA'),
  'the signature is of zeros': (answer) =>
    signedBy(answer, Buffer.from('3006020100020100', 'hex').toString('base64url')),
  'it is verified, as it was not signed': (answer) =>
    inside(answer, { authenticatorData: turned(answer.response.authenticatorData, 32) }),
  'a byte of the name of the site is turned': (answer) =>
    inside(answer, { authenticatorData: turned(answer.response.authenticatorData, 0) }),
  'the counter is another than was signed': (answer) =>
    inside(answer, { authenticatorData: turned(answer.response.authenticatorData, 36) }),
  'the data is short': (answer) =>
    inside(answer, { authenticatorData: answer.response.authenticatorData.slice(0, 40) }),
  'it is for nobody': (answer) => inside(answer, { userHandle: Buffer.from('nobody').toString('base64url') }),
};

/** Not even the form of an assertion. */
export const notAssertions: Record<string, (answer: Assertion) => object> = {
  'whose signature is empty': (answer) => signedBy(answer, ''),
  'whose signature is long': (answer) => signedBy(answer, 'a'.repeat(4001)),
  'whose signature is missing': (answer) => inside(answer, { signature: undefined }),
  'whose data is missing': (answer) => inside(answer, { authenticatorData: undefined }),
  'whose data is padded': (answer) => inside(answer, { authenticatorData: `${answer.response.authenticatorData}=` }),
  'whose data is long': (answer) => inside(answer, { authenticatorData: 'a'.repeat(4001) }),
  'whose user is empty': (answer) => inside(answer, { userHandle: '' }),
  'whose user is long': (answer) => inside(answer, { userHandle: 'a'.repeat(201) }),
};

const signedBy = (answer: Assertion, signature: string) => inside(answer, { signature });

/** The statement of an authenticator that attests to itself. */
export const selfAttested = (signed: Buffer, key: Parameters<typeof sign>[2]) =>
  new Map<string, unknown>([
    ['alg', -7],
    ['sig', new Uint8Array(sign('sha256', signed, key))],
  ]);

/** All that nobody may change by an answer that is refused. */
export async function accountRows(app: TestApp): Promise<unknown> {
  const { orm, tables } = await app.db();
  const { sessions, passkeys, totps, recoveryCodes } = tables;
  return {
    sessions: await orm.select().from(sessions),
    passkeys: await orm.select().from(passkeys),
    totps: await orm.select().from(totps),
    recoveryCodes: await orm.select().from(recoveryCodes),
  };
}
