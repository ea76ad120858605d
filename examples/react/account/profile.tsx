import { languages, updateAccountInput } from 'latchkey-client/contract';
import { useId } from 'react';

import { auth, session } from '../auth.ts';
import type { User } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { useForm } from '../use-form.ts';
import { Section } from './section.tsx';

export function Profile({ user, changed }: { user: User; changed: () => void }) {
  const id = useId();
  const form = useForm({
    schema: updateAccountInput,
    read: ({ name, locale }) => ({ name: name || null, locale: locale || null }),
    call: auth.account.update.mutate,
    async done() {
      await session.refresh();
      changed();
      return 'Saved.';
    },
  });
  return (
    <Section heading="Name and language">
      <Form form={form} label="Name and language" button="Save">
        <Field label="Name" name="name" autoComplete="name" defaultValue={user.name ?? ''} form={form} />
        <div className="field">
          <label htmlFor={id}>Language of mails</label>
          <select id={id} name="locale" defaultValue={user.locale ?? ''}>
            <option value="">As in the browser</option>
            {languages.map((language) => (
              <option key={language} value={language} lang={language}>
                {new Intl.DisplayNames(language, { type: 'language' }).of(language)}
              </option>
            ))}
          </select>
        </div>
      </Form>
    </Section>
  );
}
