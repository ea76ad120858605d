import { useEffect } from 'react';
import type { ReactNode } from 'react';

import { Outcome } from './outcome.tsx';
import type { FormState } from './use-form.ts';

interface FormProps {
  form: FormState;
  label: string;
  button: string;
  /** Another button. */
  beside?: ReactNode;
  children?: ReactNode;
}

/**
 * A form with its button, and what came of it. After a fault the first field that has one is where the
 * focus is. The button is disabled for whoever uses it, and keeps the focus that `disabled` would take from it.
 */
export function Form({ form, label, button, beside, children }: FormProps) {
  const { ref, faults, isBusy, said, onSubmit } = form;
  useEffect(() => ref.current?.querySelector<HTMLInputElement>('[aria-invalid=true]')?.focus(), [ref, faults]);
  return (
    <form ref={ref} aria-label={label} aria-busy={isBusy} noValidate onSubmit={onSubmit}>
      {children}
      <div className="buttons">
        <button aria-disabled={isBusy}>{button}</button>
        {beside}
        <Outcome fault={faults.form} said={said} />
      </div>
    </form>
  );
}
