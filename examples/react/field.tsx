import { useId } from 'react';
import type { ComponentProps } from 'react';

import type { FormState } from './use-form.ts';

interface FieldProps extends Omit<ComponentProps<'input'>, 'form'> {
  label: string;
  name: string;
  form: FormState;
}

/** An input with its label, and under it what is wrong with it, which screen readers say with the field. */
export function Field({ label, name, form, ...input }: FieldProps) {
  const id = useId();
  const fault = form.faults[name];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...input} id={id} name={name} aria-invalid={fault !== undefined} aria-describedby={`${id}-fault`} />
      <p id={`${id}-fault`} role="alert">
        {fault}
      </p>
    </div>
  );
}
