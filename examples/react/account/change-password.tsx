import { changePasswordInput } from 'latchkey-client/contract';

import { auth } from '../auth.ts';
import type { User } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { useForm } from '../use-form.ts';
import { Section } from './section.tsx';

export function ChangePassword({ user, changed }: { user: User; changed: () => void }) {
  const form = useForm({
    schema: changePasswordInput,
    read: ({ currentPassword, newPassword }) => ({ currentPassword, newPassword }),
    call: auth.password.change.mutate,
    done() {
      changed();
      return 'Changed. Everywhere else you are signed out.';
    },
  });
  return (
    <Section heading="Password">
      <Form form={form} label="Change password" button="Change my password">
        {/* So that a password manager knows whose password it keeps. */}
        <input hidden readOnly name="username" autoComplete="username" value={user.email} />
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          form={form}
        />
        <Field label="New password" name="newPassword" type="password" autoComplete="new-password" form={form} />
      </Form>
    </Section>
  );
}
