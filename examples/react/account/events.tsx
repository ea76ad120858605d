import { auth } from '../auth.ts';
import type { AccountEvent } from '../auth.ts';
import { useAnswer } from '../use-answer.ts';
import { Section } from './section.tsx';
import { When } from './when.tsx';

/** What happened lately, for whoever wonders whether it was them. */
export function Events({ changes }: { changes: number }) {
  const { answer, fault } = useAnswer(() => auth.account.events.query({ limit: 10 }), changes);
  return (
    <Section heading="Recent events">
      <ul className="list" aria-busy={!answer}>
        {answer?.events.map((event) => (
          <li key={event.id}>
            {inWords[event.kind]}
            <p className="small">
              {event.address && `${event.address}, `}
              <When at={event.at} />
            </p>
          </li>
        ))}
      </ul>
      <p role="alert">{fault}</p>
    </Section>
  );
}

/** This does not compile when a kind is left out. */
const inWords: Record<AccountEvent['kind'], string> = {
  'user.registered': 'Account opened',
  'user.registeredAgain': 'Somebody tried to register your address',
  'user.updated': 'Name or language changed',
  'user.disabled': 'Account disabled',
  'user.enabled': 'Account enabled',
  'user.sessionsEnded': 'Sessions ended',
  'password.changed': 'Password changed',
  'email.verified': 'Address confirmed',
  'email.changed': 'Address changed',
  'user.adminChanged': 'Made an administrator, or no more one',
  'totp.enabled': 'Authenticator app added',
  'totp.replaced': 'Authenticator app replaced',
  'totp.disabled': 'Authenticator app removed',
  'passkey.added': 'Passkey added',
  'passkey.removed': 'Passkey removed',
  'recoveryCodes.replaced': 'New recovery codes made',
  'recoveryCode.used': 'Recovery code used',
  'factors.removed': 'All second factors removed by whoever runs this site',
  'factor.refused': 'Several wrong codes',
  'session.started': 'Logged in',
  'session.verified': 'Shown again who is there',
  'session.ended': 'Session ended',
};
