import { registerInput } from 'latchkey-client/contract';
import { useState } from 'react';

import { auth } from '../auth.ts';
import type { FactorNeeded } from '../auth.ts';
import { LogInStep } from '../factors/log-in-step.tsx';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { Link } from '../link.tsx';
import { Page } from '../page.tsx';
import { useForm } from '../use-form.ts';
import { Notice } from './notice.tsx';

export function Register() {
  const [mailedTo, setMailedTo] = useState('');
  const [needed, setNeeded] = useState<FactorNeeded>();
  const form = useForm({
    schema: registerInput,
    read: ({ name, ...typed }) => ({ ...typed, name: name || null }),
    call: auth.register.mutate,
    done(answer, { email }) {
      if (answer.status === 'checkYourMail') setMailedTo(email);
      if (answer.status === 'factorNeeded') setNeeded(answer);
    },
  });
  if (needed) return <LogInStep needed={needed} again={() => setNeeded(undefined)} />;
  if (mailedTo)
    return (
      <Notice heading="Look into your mail">
        <p>The link in the mail to {mailedTo} confirms your address. Then log in.</p>
        <p>
          <Link to="/resend">Send me another</Link>
        </p>
      </Notice>
    );
  return (
    <Page heading="Register">
      <Form form={form} label="Register" button="Register">
        <Field label="Name, if you like" name="name" autoComplete="name" form={form} />
        <Field label="E-mail" name="email" type="email" autoComplete="username" form={form} />
        <Field label="Password" name="password" type="password" autoComplete="new-password" form={form} />
      </Form>
      <p>
        <Link to="/login">I have an account</Link>
      </p>
    </Page>
  );
}
