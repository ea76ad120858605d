import { Refusal } from 'latchkey/server';

import { auth } from './app.ts';

export async function invite(email: string): Promise<string> {
  try {
    const { id } = await auth.users.create({ email });
    const { url } = await auth.users.resetLink(id);
    return url; // hand it over as you would a password
  } catch (error) {
    if (error instanceof Refusal && error.refusal.reason === 'EMAIL_TAKEN') return 'There is one already.';
    throw error;
  }
}

export async function makeAdmin(id: string): Promise<void> {
  await auth.users.setAdmin(id, true);
}

export async function helpAfterLoss(id: string): Promise<void> {
  await auth.users.removeFactors(id);
}
