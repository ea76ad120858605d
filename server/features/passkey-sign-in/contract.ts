import * as z from 'zod';

import { ceremonyToken } from '../ceremonies/contract.ts';
import { authenticationResponse } from '../passkeys/contract.ts';
import { deliver } from '../sessions/contract.ts';

export const signInInput = z.strictObject(
  { ceremony: ceremonyToken, response: authenticationResponse, deliver },
  { error: 'Must be an object of fields.' },
);
export type SignIn = z.infer<typeof signInInput>;
