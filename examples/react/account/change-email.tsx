import { changeEmailInput } from 'latchkey-client/contract';

import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import type { User } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { useForm } from '../use-form.ts';
import { Section } from './section.tsx';

export function ChangeEmail({ user }: { user: User }) {
  const form = useForm({
    schema: changeEmailInput,
    call: auth.email.change.mutate,
    done: () => 'It changes when you open the link that we have sent there.',
  });
  return (
    <Section heading="E-mail">
      <p>
        Your address is <strong>{user.email}</strong>.
      </p>
      {!user.emailVerified && (
        <Action
          className="plain"
          call={() => auth.email.resend.mutate({ email: user.email })}
          done={() => 'A mail with a link is on its way.'}
        >
          Confirm this address
        </Action>
      )}
      <Form form={form} label="Change e-mail" button="Change my address">
        <Field label="New address" name="email" type="email" autoComplete="email" form={form} />
      </Form>
    </Section>
  );
}
