import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import type { Session } from '../auth.ts';
import { When } from './when.tsx';

/** One session, and a button that ends it where it is another one. */
export function SessionItem({ session, ended }: { session: Session; ended: () => void }) {
  const device = [session.browser ?? 'A program', session.system].filter(Boolean).join(' on ');
  return (
    <li className="session">
      <div>
        <strong>{device}</strong>
        {session.isCurrent && <span className="badge">This one</span>}
        <p className="small">
          {session.address ?? 'From an unknown address'}, by {session.factors.map((one) => inWords[one]).join(' and ')},
          last used <When at={session.lastSeenAt} />
        </p>
      </div>
      {!session.isCurrent && (
        <Action
          call={() => auth.sessions.revoke.mutate({ id: session.id })}
          done={ended}
          label={`End the session of ${device}`}
        >
          End
        </Action>
      )}
    </li>
  );
}

/** What was shown in it. */
const inWords: Record<Session['factors'][number], string> = {
  password: 'password',
  totp: 'authenticator app',
  passkey: 'passkey',
  recoveryCode: 'recovery code',
};
