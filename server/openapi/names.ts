import { z } from 'zod';

import { ownEvent } from '../features/events/contract.ts';
import { givenFactor } from '../features/factors/contract.ts';
import { factor, method } from '../features/methods/contract.ts';
import { authenticationResponse, passkey, registrationResponse } from '../features/passkeys/contract.ts';
import { caller, user } from '../features/sessions/contract.ts';

/** What schemas are called that several operations share, so that a generated client has one type of each. */
export const names = z.registry<{ id: string }>();

const named = {
  User: user,
  Session: caller.shape.session,
  Method: method,
  Factor: factor,
  GivenFactor: givenFactor,
  Passkey: passkey,
  RegistrationResponse: registrationResponse,
  AuthenticationResponse: authenticationResponse,
  AccountEvent: ownEvent,
};
for (const [id, schema] of Object.entries(named)) names.add(schema, { id });
