import fc from 'fast-check';
import { expect, test } from 'vitest';

import { codesOf } from '../support/factors.ts';
import { isMany } from '../support/many.ts';
import { outcome, renewedBy } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Headers = Record<string, string>;

interface Session {
  headers: Headers;
  factors: string[];
  isOver: boolean;
}

/** A factor counts once, also where it was removed and set up again meanwhile. */
function show(session: Session, factor: string): void {
  session.factors = [...new Set([...session.factors, factor])];
}

interface Device {
  session?: Session;
  proof?: { token: string; expiresAt: number; isUsed: boolean };
}

const acts = ['logIn', 'enrol', 'confirm', 'prove', 'verify', 'disable', 'replace', 'enrolPending', 'logOut'] as const;
type Act = (typeof acts)[number];
type Kind = 'totp' | 'recoveryCode' | 'wrong';

const device = fc.constantFrom(0, 1);
const kind = fc.constantFrom<Kind>('totp', 'totp', 'recoveryCode', 'wrong');
const alone = fc.record({ act: fc.constantFrom(...acts), kind, device });
const inOrder = (first: Act, second: Act) =>
  fc.tuple(device, device, kind).map(([one, other, shown]) => [
    { act: first, kind: 'totp' as const, device: one },
    { act: second, kind: shown, device: other },
  ]);
/** Any step, and more often than chance those that follow on each other: mostly by the same device. */
const someSteps = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(alone) },
  { weight: 2, arbitrary: inOrder('enrol', 'confirm') },
  { weight: 2, arbitrary: inOrder('logIn', 'prove') },
);

/** What is so of one account, as somebody would say it who has never seen the server. */
class Model {
  readonly app: TestApp;
  readonly email: string;
  readonly sessions: Session[] = [];
  readonly devices: Device[] = [{}, {}];
  isOn = false;
  codes: string[] = [];
  /** What the app shows that is set up. */
  shown: (() => string) | undefined;
  /** What the one shows that was offered last. */
  offered: (() => string) | undefined;

  constructor(app: TestApp, email: string) {
    this.app = app;
    this.email = email;
  }

  /** Of a procedure that asks for a session: why it is refused before anything else, if it is. */
  refusedFirst({ session }: Device): string | undefined {
    if (!session) return 'NOT_SIGNED_IN';
    return session.isOver ? 'SESSION_ENDED' : undefined;
  }

  isSpent({ proof }: Device): boolean {
    return !proof || proof.isUsed || proof.expiresAt <= this.app.clock.now().getTime();
  }

  factor(kind: Kind): { method: string; code: string } {
    if (kind === 'recoveryCode') return { method: kind, code: this.codes[0] ?? 'a'.repeat(24) };
    const app = this.isOn ? this.shown : this.offered;
    return { method: 'totp', code: (kind === 'totp' && app?.()) || '000000' };
  }

  isRight(kind: Kind, { isPending }: { isPending: boolean }): boolean {
    if (kind === 'recoveryCode') return this.codes.length > 0;
    // The first code of an app is shown by `confirm`, or after the password.
    return kind === 'totp' && (this.isOn || (isPending && this.offered !== undefined));
  }

  end(isEnded: (session: Session) => boolean): void {
    for (const session of this.sessions.filter(isEnded)) session.isOver = true;
  }

  turnOn(codes: string[] | undefined): void {
    Object.assign(this, { isOn: true, shown: this.offered, offered: undefined });
    this.codes = codes ?? this.codes;
    this.end(({ factors }) => factors.join() === 'password');
  }

  begin(device: Device, headers: Headers, factors: string[]): void {
    device.session = { headers, factors, isOver: false };
    this.sessions.push(device.session);
  }
}

/** Sends with whatever session a device has. */
const post = async ({ app }: Model, path: string, body: object, { session }: Device = {}): Promise<Response> =>
  await app.post(`/api/auth/${path}`, body, session?.headers);

const said = async (model: Model, expected: string, answer: Response): Promise<boolean> => {
  expect([model.email, await outcome(answer)]).toEqual([model.email, expected]);
  return expected === 'done';
};

const done: Record<Act, (model: Model, device: Device, kind: Kind) => Promise<void>> = {
  async logIn(model, device) {
    const answer = await post(model, 'login', { ...ada, email: model.email, deliver: 'token' });
    const { status, proof, expiresAt, token } = await answer.json();
    expect(status).toBe(model.isOn ? 'factorNeeded' : 'signedIn');
    if (model.isOn) device.proof = { token: proof, expiresAt: Date.parse(expiresAt), isUsed: false };
    else model.begin(device, { authorization: `Bearer ${token}` }, ['password']);
  },
  async enrol(model, device) {
    const expected = model.refusedFirst(device) ?? 'done';
    const answer = await post(model, 'totp/enrol', {}, device);
    if (await said(model, expected, answer)) model.offered = codesOf(model.app, (await answer.json()).secret);
  },
  async enrolPending(model, device) {
    const expected = model.isSpent(device) ? 'PROOF_SPENT' : model.isOn ? 'FACTOR_ENROLLED' : 'done';
    const answer = await post(model, 'factors/enrol', { proof: device.proof?.token ?? '' });
    if (await said(model, expected, answer)) model.offered = codesOf(model.app, (await answer.json()).secret);
  },
  async confirm(model, device, kind) {
    const isRight = model.offered !== undefined && kind === 'totp';
    const code = isRight ? model.offered?.() : '000000';
    const expected = model.refusedFirst(device) ?? (isRight ? 'done' : 'FACTOR_WRONG');
    const answer = await post(model, 'totp/confirm', { code }, device);
    if (!(await said(model, expected, answer)) || !device.session) return;
    show(device.session, 'totp');
    device.session.headers = await renewedBy(answer);
    if (model.isOn) model.end((session) => session !== device.session);
    model.turnOn((await answer.json()).recoveryCodes);
  },
  async prove(model, device, kind) {
    const factor = model.factor(kind);
    const isRight = model.isRight(kind, { isPending: true });
    const expected = model.isSpent(device) ? 'PROOF_SPENT' : isRight ? 'done' : 'FACTOR_WRONG';
    const proof = device.proof?.token ?? '';
    const answer = await post(model, 'factors/prove', { proof, factor, deliver: 'token' });
    if (!(await said(model, expected, answer)) || !device.proof) return;
    device.proof.isUsed = true;
    if (kind === 'recoveryCode') model.codes.shift();
    if (!model.isOn) model.turnOn((await answer.clone().json()).recoveryCodes);
    model.begin(device, await renewedBy(answer), ['password', factor.method]);
  },
  async verify(model, device, kind) {
    const factor = model.factor(kind);
    const isRight = model.isRight(kind, { isPending: false });
    const expected = model.refusedFirst(device) ?? (isRight ? 'done' : 'FACTOR_WRONG');
    const answer = await post(model, 'factors/verify', { factor }, device);
    if (!(await said(model, expected, answer)) || !device.session) return;
    if (kind === 'recoveryCode') model.codes.shift();
    show(device.session, factor.method);
    device.session.headers = await renewedBy(answer);
  },
  async disable(model, device) {
    const expected = model.refusedFirst(device) ?? (model.isOn ? 'done' : 'FACTOR_UNKNOWN');
    const answer = await post(model, 'totp/disable', {}, device);
    if (!(await said(model, expected, answer)) || !device.session) return;
    model.end((session) => session !== device.session);
    device.session.headers = await renewedBy(answer);
    Object.assign(model, { isOn: false, codes: [], shown: undefined });
  },
  async replace(model, device) {
    const expected = model.refusedFirst(device) ?? (model.isOn ? 'done' : 'SECOND_FACTOR_NEEDED');
    const answer = await post(model, 'recoveryCodes/replace', {}, device);
    if (!(await said(model, expected, answer)) || !device.session) return;
    model.end((session) => session !== device.session);
    device.session.headers = await renewedBy(answer);
    model.codes = (await answer.json()).recoveryCodes;
  },
  async logOut(model, device) {
    const expected = device.session?.isOver ? 'SESSION_ENDED' : 'done';
    const isOut = await said(model, expected, await post(model, 'logout', {}, device));
    if (isOut && device.session) device.session.isOver = true;
  },
};

/** These sessions are as the model says, and none has less in it than its account asks for. */
async function expectAsSaid(model: Model, sessions: Session[]): Promise<void> {
  for (const { headers, isOver, factors } of sessions) {
    const answer = await model.app.get('/api/auth/me', headers); // oxlint-disable-line no-await-in-loop
    expect([model.email, answer.status]).toEqual([model.email, isOver ? 401 : 200]);
    if (isOver) continue;
    expect((await answer.json()).session.factors).toEqual(factors); // oxlint-disable-line no-await-in-loop
    if (model.isOn) expect(factors.length).toBeGreaterThan(1);
  }
}

/** What half a login has given is no session. */
async function expectNoSession({ app, devices }: Model): Promise<void> {
  for (const { proof } of devices.filter((one) => one.proof)) {
    const asBearer = { authorization: `Bearer ${proof?.token}` };
    expect((await app.get('/api/auth/me', asBearer)).status).toBe(401); // oxlint-disable-line no-await-in-loop
  }
}

test(
  'CVE-2026-18963 in whatever order the steps of second factors are called, nobody is signed in with less than their account asks for',
  async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off', VERIFIED_FOR_SECONDS: '3600' } });
    const seen = new Set<string>();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(someSteps, { minLength: 8, maxLength: 16 }), async (steps) => {
        const email = `user${(run += 1)}@example.com`;
        await app.auth.users.create({ ...ada, email });
        const model = new Model(app, email);
        // Begun as anybody would, or most of the steps would be refused for want of a session.
        for (const { act, kind: shown, device: at } of [
          { act: 'logIn', kind: 'totp', device: 0 } as const,
          ...steps.flat(),
        ]) {
          const one = model.devices[at] ?? {};
          seen.add(`${act} ${model.isOn} ${model.refusedFirst(one) ?? 'in'} ${model.isSpent(one)}`);
          await done[act](model, one, shown); // oxlint-disable-line no-await-in-loop
          await expectAsSaid(
            model,
            model.devices.flatMap(({ session }) => session ?? []),
          ); // oxlint-disable-line no-await-in-loop
        }
        await expectAsSaid(model, model.sessions);
        await expectNoSession(model);
      }),
      { numRuns: isMany ? 200 : 12 },
    );
    // Most of nine steps from each of the states that matter: with and without an app, a session, a proof.
    expect(seen.size).toBeGreaterThan(25);
  },
  isMany ? 300_000 : 60_000,
);
