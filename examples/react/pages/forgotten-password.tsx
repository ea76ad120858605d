import { requestPasswordResetInput } from 'latchkey-client/contract';

import { auth } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { Link } from '../link.tsx';
import { Page } from '../page.tsx';
import { useForm } from '../use-form.ts';

export function ForgottenPassword() {
  const form = useForm({
    schema: requestPasswordResetInput,
    call: auth.passwordReset.request.mutate,
    // The server does not say whether there is such an account, and neither does this.
    done: () => 'If there is such an account, a mail with a link is on its way.',
  });
  return (
    <Page heading="Forgotten password">
      <p>Choose a new one by a link that we send you.</p>
      <Form form={form} label="Forgotten password" button="Send me a link">
        <Field label="E-mail" name="email" type="email" autoComplete="username" form={form} />
      </Form>
      <p>
        <Link to="/login">I remember it</Link>
      </p>
    </Page>
  );
}
