import { completePasswordResetInput } from 'latchkey-client/contract';
import { useState } from 'react';

import { auth, session } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { Link } from '../link.tsx';
import { Page } from '../page.tsx';
import { useForm } from '../use-form.ts';
import { Notice } from './notice.tsx';

/** Where the link for a forgotten password leads to. */
export function ResetPassword({ token }: { token: string }) {
  const [isDone, setIsDone] = useState(false);
  const form = useForm({
    schema: completePasswordResetInput,
    read: (typed) => ({ ...typed, token }),
    call: auth.passwordReset.complete.mutate,
    async done() {
      await session.refresh();
      setIsDone(true);
    },
  });
  if (isDone)
    return (
      <Notice heading="Your password is changed">
        <p>
          You were signed out everywhere. <Link to="/login">Log in</Link> with the new one.
        </p>
      </Notice>
    );
  if (!token)
    return (
      <Notice heading="Choose a new password">
        <p>This page needs the link of our mail: open it from there again.</p>
        <p>
          <Link to="/forgotten-password">Send me another link</Link>
        </p>
      </Notice>
    );
  return (
    <Page heading="Choose a new password">
      <Form form={form} label="Choose a new password" button="Change my password">
        <Field label="New password" name="newPassword" type="password" autoComplete="new-password" form={form} />
      </Form>
      <p>
        <Link to="/forgotten-password">Send me another link</Link>
      </p>
    </Page>
  );
}
