import { TOTP } from 'otpauth';

import { seconds } from '../../server/kernel/clock.ts';
import type { SignedIn } from './people.ts';
import { renewedBy, signIn } from './people.ts';
import { ada } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** Somebody with an authenticator app, signed in. */
export interface WithApp extends SignedIn {
  /** What the app shows, once each: time goes on until it shows another code. */
  code: () => string;
  /** What the app was given. */
  secret: string;
  recoveryCodes: string[];
}

const secondsOfStep = 30;

/** Registers somebody, or logs them in, and sets up an authenticator app. */
export async function withApp(app: TestApp, person: { email?: string } = {}): Promise<WithApp> {
  const before = await signIn(app, person);
  const offer = await (await app.post('/api/auth/totp/enrol', {}, before.headers)).json();
  const code = codesOf(app, offer.secret);
  const answer = await app.post('/api/auth/totp/confirm', { code: code() }, before.headers);
  const { recoveryCodes } = await answer.clone().json();
  return { ...before, headers: await renewedBy(answer), code, secret: offer.secret, recoveryCodes };
}

export function codesOf(app: TestApp, secret: string): () => string {
  const totp = new TOTP({ secret });
  let last = 0;
  return () => {
    const stepOfNow = (): number => Math.floor(app.clock.now().getTime() / seconds(secondsOfStep));
    while (stepOfNow() <= last) app.clock.forward(seconds(secondsOfStep));
    last = stepOfNow();
    return totp.generate({ timestamp: app.clock.now().getTime() });
  };
}

/** What an app shows whose clock is so many steps ahead, or behind. */
export const codeAhead = (app: TestApp, secret: string, steps: number): string =>
  new TOTP({ secret }).generate({ timestamp: app.clock.now().getTime() + steps * seconds(secondsOfStep) });

/** The proof that a login has answered, in the place of a session. */
export async function pending(app: TestApp, person: { email?: string } = {}): Promise<string> {
  const answer = await (await app.post('/api/auth/login', { ...ada, ...person })).json();
  if (answer.status !== 'factorNeeded') throw new Error(`No factor was asked for: ${JSON.stringify(answer)}`);
  return answer.proof;
}

/** Shows a factor after the password. */
export const prove = async (app: TestApp, proof: string, factor: { method: string; code: string }): Promise<Response> =>
  await app.post('/api/auth/factors/prove', { proof, factor, deliver: 'token' });
