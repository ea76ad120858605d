import type { AuthContext } from './auth-context.ts';
import type { Settings } from './auth-options.ts';
import type { Caller } from './features/sessions/contract.ts';
import type { Listen } from './features/events/contract.ts';
import type { Page } from './features/links/contract.ts';
import type { JwkSet } from './features/signing-keys/contract.ts';
import type { Users } from './features/users/contract.ts';
import type { Hasher } from './hashing/hasher.ts';
import type { CreateContext } from './http/any-request.ts';
import type { Clock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import type { Metrics } from './kernel/metrics.ts';
import type { MailTemplates } from './mail/letters.ts';
import type { Mailer } from './mail/mailer.ts';
import type { authRouter } from './router.ts';
import type { recentlyVerified, signedIn, twoFactor } from './signed-in.ts';

/**
 * What a host may bring of its own; every setting and part has a default. Not in terms of `Deps`: a host
 * that names these types would load all that the database has.
 */
export interface AuthOptions extends Settings {
  /**
   * Where the log goes: a pino logger.
   *
   * @default JSON lines on standard error
   */
  log?: Logger | undefined;
  /**
   * Who counts and measures.
   *
   * @default nobody
   */
  metrics?: Metrics | undefined;
  /**
   * What the time is. For tests.
   *
   * @default the system's clock
   */
  clock?: Clock | undefined;
  /**
   * Who hashes passwords.
   *
   * @default bcrypt with `bcryptCost`, in worker threads
   */
  hasher?: Hasher | undefined;
  /**
   * Who delivers mails.
   *
   * @default the server of `smtpUrl`; without one they are written into the log while `publicUrl` is loopback, and otherwise what needs mail refuses with MAIL_NOT_CONFIGURED
   */
  mailer?: Mailer | undefined;
  /**
   * Mails that you write yourself, by kind. Plain text throughout, which becomes text and HTML;
   * `about.locale` says in which language.
   *
   * @example { passwordReset: ({ url }) => ({ subject: 'Your password', before: [], action: { label: 'Choose one', url } }) }
   * @default ours, in English and German
   */
  mails?: MailTemplates | undefined;
  /**
   * Pages of your own that links in mails lead to, whole addresses without a `#`: the token stands
   * behind it, as `#token=…`.
   *
   * @example { resetPassword: 'https://app.example.com/account/new-password' }
   * @default reset-password, verify-email, confirm-email and undo-email below `appUrl`
   */
  pages?: Partial<Record<Page, string>> | undefined;
  /**
   * Whether the SQLite file of `databaseUrl` is also the host's. Where it is, our tables stand beside
   * the host's, and a name that is taken is refused; PostgreSQL has a schema for ours in any case.
   *
   * @default false
   */
  sharesDatabase?: boolean | undefined;
}

/** Everything that a server or a host needs of Latchkey. */
export interface Auth {
  /** Mount it under `auth` in a tRPC router. */
  router: typeof authRouter;
  /**
   * Makes `{ auth }`, which the context of that router must contain, out of what tRPC's adapter hands
   * over: standalone, Express, Fastify, or Fetch on Node.
   *
   * @example createContext: (request) => ({ ...auth.createContext(request), db })
   */
  createContext: CreateContext;
  /**
   * What a host's own procedures start from that only somebody who is signed in may call; inside them
   * `ctx.auth.user` and `ctx.auth.session` are there.
   *
   * @example const signedInProcedure = t.procedure.concat(auth.signedIn);
   */
  signedIn: typeof signedIn;
  /**
   * The same for what only somebody may do who has shown a second factor in their session. Others are
   * refused with SECOND_FACTOR_NEEDED, which names those that their account has.
   *
   * @example const payingProcedure = t.procedure.concat(auth.twoFactor);
   */
  twoFactor: typeof twoFactor;
  /**
   * The same for what only somebody may do who has shown lately that it is them, at sign-in, by
   * `sessions.verify` or by `factors.verify`; how lately is `verifiedForSeconds`. An account with a second
   * factor has to have shown that, too; with `factor: true` every account. Others are refused with VERIFY_AGAIN,
   * which names the ways to do so.
   *
   * @example const dangerousProcedure = t.procedure.concat(auth.recentlyVerified());
   */
  recentlyVerified: typeof recentlyVerified;
  /** Who is asking, for code outside procedures, such as a page that is rendered on the server; `null` for nobody. */
  callerOf(ctx: { auth: AuthContext }): Promise<Caller | null>;
  /**
   * What a source of yours yields, for a subscription of somebody who is signed in: the moment that their
   * session is over it ends the source, by its `return()`, and throws SESSION_ENDED, on which clients stop.
   * Give the source the `signal` of the subscription, so that it ends when its reader is gone.
   *
   * @example
   * news: signedInProcedure.subscription(({ ctx, signal }) => auth.whileSignedIn(ctx, newsFor(ctx.auth.user.id, signal))),
   */
  whileSignedIn<Message>(ctx: { auth: AuthContext }, source: AsyncIterable<Message>): AsyncGenerator<Message, void>;
  /**
   * The public keys of the tokens that `auth.token.issue` makes, for a host to serve to those who verify them;
   * `null` where `tokenAudience` is not set.
   *
   * @example app.get('/.well-known/jwks.json', async (_, response) => void response.json(await auth.jwks()));
   */
  jwks(): Promise<JwkSet | null>;
  /** What an operator does to accounts. */
  users: Users;
  /**
   * Calls a listener after each event of a kind: a host that welcomes who registered, say. Its answer
   * waits for no listener. Register all of them before you serve: what happens while a kind has no
   * listener is told to nobody.
   *
   * Events are stored with the change that they tell of, and delivered at least once, in no order:
   * after a crash, or when a listener throws, the same one comes again, with the same `event.id`, to
   * **all** listeners of its kind, up to eight times in 17 hours. So store that id with what you do.
   * A listener has ten minutes; `signal` says when going on is of no use.
   *
   * @example
   * auth.on('user.registered', async (event) => await welcome(event.userId, { once: event.id }));
   */
  on: Listen;
  /** For tests of listeners: resolves once everything that is due by the clock has been delivered, and how often that was. */
  runJobs(): Promise<number>;
  /**
   * Brings the tables up to date. Before it has run, on this version, nothing else works.
   *
   * @throws Unusable with a sentence for the operator
   */
  migrate(): Promise<void>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Waits a little for listeners that are under way, and lets go of the database. Nothing may be called afterwards. */
  close(): Promise<void>;
}
