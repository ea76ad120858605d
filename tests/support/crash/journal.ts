/** `unsure`: asked to end, and no answer came; it may have ended or not. */
export interface JournaledSession {
  token: string;
  state: 'live' | 'ended' | 'unsure';
}

export interface JournaledAccount {
  email: string;
  password: string;
  /** Given with the answer to the registration, so it is missing where none came. */
  id?: string;
  sessions: JournaledSession[];
  /** Sign-ins without an answer: each may have begun a session, or not. */
  unansweredLogins: number;
}

export type Step = 'register' | 'login' | 'logout' | 'read';

/** Every answer that was given, as the clients wrote it down. */
export interface Journal {
  accounts: JournaledAccount[];
  acknowledged: Record<Step, number>;
  /** Without an answer, or refused with 503 or 500, which promise nothing either. */
  unanswered: number;
  /** Those of them that were answered with 500. */
  failed: number;
  /** Answers that contradict what was acknowledged before. */
  contradictions: string[];
}

export const emptyJournal = (): Journal => ({
  accounts: [],
  acknowledged: { register: 0, login: 0, logout: 0, read: 0 },
  unanswered: 0,
  failed: 0,
  contradictions: [],
});

export const acknowledgedAccounts = (journal: Journal): JournaledAccount[] => journal.accounts.filter(({ id }) => id);

export function sessionsOf(journal: Journal, state: JournaledSession['state']): JournaledSession[] {
  return journal.accounts.flatMap(({ sessions }) => sessions.filter((session) => session.state === state));
}
