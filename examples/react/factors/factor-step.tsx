import { useState } from 'react';

import { Action } from '../action.tsx';
import type { Asked, Call, Factor, Given } from '../auth.ts';
import type { Done } from '../use-call.ts';
import { throughBrowser, usedPasskey } from './browser.ts';
import { CodeForm } from './code-form.tsx';

interface FactorStepProps<Answer> {
  /** What the account has. */
  methods: Factor[];
  /** Sends what was shown. */
  send: (factor: Given) => Call<Answer>;
  /** Asks for what a passkey signs. */
  ask: () => Call<Asked>;
  done: Done<Answer, unknown>;
}

/** One of the factors, and buttons for the others. */
export function FactorStep<Answer>({ methods, send, ask, done }: FactorStepProps<Answer>) {
  const [chosen, choose] = useState(methods[0]);
  return (
    <>
      {(chosen === 'totp' || chosen === 'recoveryCode') && (
        <CodeForm key={chosen} method={chosen} send={send} done={done} />
      )}
      {chosen === 'passkey' && (
        <Action
          call={ask}
          done={async (asked) =>
            await throughBrowser(
              async () => await usedPasskey(asked),
              (used) => send({ method: 'passkey', ...used }),
              done,
            )
          }
        >
          Use my passkey
        </Action>
      )}
      <div className="buttons">
        {methods
          .filter((method) => method !== chosen)
          .map((method) => (
            <button key={method} type="button" className="plain" onClick={() => choose(method)}>
              {inWords[method]}
            </button>
          ))}
      </div>
    </>
  );
}

const inWords: Record<Factor, string> = {
  totp: 'Use my authenticator app',
  passkey: 'Use a passkey',
  recoveryCode: 'Use a recovery code',
};
