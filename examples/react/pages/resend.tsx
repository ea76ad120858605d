import { resendVerificationInput } from 'latchkey-client/contract';

import { auth } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { Link } from '../link.tsx';
import { Page } from '../page.tsx';
import { useForm } from '../use-form.ts';

/** For whoever has to confirm their address and has no mail to do it with. */
export function Resend() {
  const form = useForm({
    schema: resendVerificationInput,
    call: auth.email.resend.mutate,
    done: () => 'If this address has to be confirmed, a mail with a link is on its way.',
  });
  return (
    <Page heading="Confirm your address">
      <p>By a link that we send you.</p>
      <Form form={form} label="Confirm your address" button="Send me a link">
        <Field label="E-mail" name="email" type="email" autoComplete="username" form={form} />
      </Form>
      <p>
        <Link to="/login">Log in</Link>
      </p>
    </Page>
  );
}
