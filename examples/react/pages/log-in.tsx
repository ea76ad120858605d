import { refusalOf } from 'latchkey-client';
import { logInInput } from 'latchkey-client/contract';
import { passkeysAreSupported } from 'latchkey-client/passkeys';
import { useState } from 'react';

import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import type { FactorNeeded } from '../auth.ts';
import { throughBrowser, usedPasskey } from '../factors/browser.ts';
import { LogInStep } from '../factors/log-in-step.tsx';
import { useAutofill } from '../factors/use-autofill.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { Link } from '../link.tsx';
import { Page } from '../page.tsx';
import { useForm } from '../use-form.ts';

export function LogIn() {
  const [needed, setNeeded] = useState<FactorNeeded>();
  if (needed) return <LogInStep needed={needed} again={() => setNeeded(undefined)} />;
  return <Credentials onNeeded={setNeeded} />;
}

function Credentials({ onNeeded }: { onNeeded: (needed: FactorNeeded) => void }) {
  useAutofill();
  const form = useForm({
    schema: logInInput,
    call: auth.login.mutate,
    done(answer) {
      if (answer.status === 'factorNeeded') onNeeded(answer);
    },
  });
  return (
    <Page heading="Log in">
      <Form form={form} label="Log in" button="Log in">
        <Field label="E-mail" name="email" type="email" autoComplete="username webauthn" form={form} />
        <Field label="Password" name="password" type="password" autoComplete="current-password" form={form} />
      </Form>
      {passkeysAreSupported() && <PasskeyButton />}
      {refusalOf(form.failure)?.reason === 'WRONG_CREDENTIALS' && (
        <p>
          Just registered? <Link to="/resend">Confirm your address first</Link>
        </p>
      )}
      <p>
        <Link to="/forgotten-password">I have forgotten my password</Link>
      </p>
      <p>
        <Link to="/register">I am new here</Link>
      </p>
    </Page>
  );
}

function PasskeyButton() {
  return (
    <Action
      className="plain"
      call={() => auth.passkeys.startSignIn.mutate()}
      done={async (asked) =>
        await throughBrowser(
          async () => await usedPasskey(asked),
          (used) => auth.passkeys.signIn.mutate(used),
          () => {},
        )
      }
    >
      Log in with a passkey
    </Action>
  );
}
