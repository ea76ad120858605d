import { z } from 'zod';

import type { Auth, AuthOptions } from './auth.ts';
import { configFrom } from './auth-options.ts';
import { pagesOf } from './auth-parts.ts';
import { createBackground } from './background.ts';
import { ConfigError } from './config.ts';
import type { Config } from './config.ts';
import { requireCaller, requireContext } from './context.ts';
import { openDatabase } from './db/open-database.ts';
import type { Deps } from './deps.ts';
import { createListeners } from './features/events/service.ts';
import { whileSignedIn } from './features/live/service.ts';
import { sendNotice } from './features/notices/service.ts';
import { callerOf } from './features/sessions/service.ts';
import { warnOfLostKey } from './features/reseal/service.ts';
import { sendAskedMail, sendChangedMail, sendChangeMail } from './features/link-mails/service.ts';
import { publishedKeys } from './features/tokens/service.ts';
import { createUsers } from './features/users/service.ts';
import { createBcryptPool } from './hashing/bcrypt-pool.ts';
import type { BcryptPool } from './hashing/bcrypt-pool.ts';
import { bcryptOnNodesPool, createBcryptHasher } from './hashing/bcrypt-sha256.ts';
import { foreignOnThisThread, verifyingForeign } from './hashing/foreign-hasher.ts';
import type { Hasher } from './hashing/hasher.ts';
import { createContextFor } from './http/create-context.ts';
import { createJobs } from './jobs/jobs.ts';
import type { AboutJob } from './jobs/run.ts';
import { systemClock } from './kernel/clock.ts';
import { logToStandardError } from './kernel/logger.ts';
import { mailSenderIn } from './kernel/mail-sender.ts';
import { noMetrics } from './kernel/metrics.ts';
import { sealedBoxOf } from './kernel/sealed-box.ts';
import { smtpServerIn } from './kernel/smtp-url.ts';
import { createCounters } from './limits/counters.ts';
import { createLimiter, noLimits } from './limits/limiter.ts';
import { createHub } from './live/hub.ts';
import { createMails } from './mail/mails.ts';
import type { Mails } from './mail/mails.ts';
import { printingMailer } from './mail/printing-mailer.ts';
import type { SmtpMailer } from './mail/smtp-mailer.ts';
import { openBreachedPasswords, UnusableList } from './passwords/breached.ts';
import type { BreachedPasswords } from './passwords/breached.ts';
import { authRouter } from './router.ts';
import { createSetUp } from './set-up.ts';
import { recentlyVerified, signedIn, twoFactor } from './signed-in.ts';

/**
 * Puts Latchkey together; the only place that does. Opens the database; `migrate` brings it up to date.
 *
 * @throws ConfigError with every option that is wrong
 * @throws Unusable when the database cannot be used as it is
 */
export async function createAuth(options: AuthOptions = {}): Promise<Auth> {
  const {
    log = logToStandardError(),
    metrics = noMetrics,
    clock = systemClock,
    hasher,
    mailer: ofHost,
    mails: templates,
    sharesDatabase = false,
    pages = {},
    ...settings
  } = options;
  const config = configFrom(settings, { log, mailer: ofHost, mails: templates, sharesDatabase, pages });
  const setUp = createSetUp(log, config, {
    hasMailer: ofHost !== undefined,
    hasKeys: config.encryptionKeys !== undefined,
  });
  const smtp = ofHost ? undefined : await openSmtp(config);
  const mailer = ofHost ?? smtp ?? (setUp.isDevelopment ? printingMailer(log, setUp.isAlone) : undefined);
  // Closed again where what comes after it fails: a host may try again until its database answers.
  await using opened = new AsyncDisposableStack();
  const breached = opened.adopt(await openBreached(config), async (one) => await one?.close());
  const database = { poolSize: config.databasePoolSize, log, metrics, migratesLater: true, isShared: sharesDatabase };
  const db = opened.adopt(await openDatabase(config.databaseUrl, database), async (one) => await one.close());
  // Asked before threads are started.
  const isUpToDate = await db.isUpToDate();
  const pool = hasher ? undefined : createBcryptPool({ cost: config.bcryptCost, metrics });
  const deps: Deps = {
    db,
    config: { ...config, pages: pagesOf(config.appUrl, pages) },
    clock,
    log,
    metrics,
    hasher: hasher ?? ownHasher(config.bcryptCost, pool),
    limiter: config.rateLimits === 'on' ? createLimiter(createCounters({ db, clock, metrics })) : noLimits,
    jobs: createJobs({ db, clock, log, metrics }),
    live: createHub({ db }),
    breached,
    mails: mailer && createMails(mailer, { appUrl: config.appUrl, templates }),
    sealedBox: sealedBoxOf(config.encryptionKeys),
  };
  if (config.rateLimits === 'off')
    log.warn({ event: 'limits.off' }, 'RATE_LIMITS=off: anybody may guess passwords as fast as they can');

  if (deps.mails) {
    // Apart, so that no mail with a link waits behind notices, of which nobody has asked for any.
    for (const kind of ['mail', 'notice']) deps.jobs.on(kind, async (data, about) => await sendMail(deps, data, about));
  }
  const background = createBackground(deps);
  if (isUpToDate) background.begin();
  const running = opened.move();

  return {
    router: authRouter,
    createContext: createContextFor(deps, config, setUp),
    signedIn,
    twoFactor,
    recentlyVerified,
    callerOf: async (ctx) => await callerOf(requireContext(ctx)),
    whileSignedIn: (ctx, source) => whileSignedIn(deps, async () => await requireCaller(requireContext(ctx)), source),
    jwks: async () => await publishedKeys(deps),
    users: createUsers(deps),
    on: createListeners(deps),
    runJobs: async () => await deps.jobs.runDue(),
    async migrate() {
      await db.migrate();
      await warnOfLostKey(deps);
      background.begin();
    },
    ping: async () => await db.ping(),
    async close() {
      deps.live.close();
      await background.end();
      smtp?.close();
      await pool?.close();
      await running.disposeAsync();
    },
  };
}

const ownHasher = (cost: number, pool?: BcryptPool): Hasher =>
  verifyingForeign(createBcryptHasher(cost, pool?.bcrypt ?? bcryptOnNodesPool), pool?.foreign ?? foreignOnThisThread);

/** @throws ConfigError where the file is no such list */
export async function openBreached({ breachedPasswords: path }: Config): Promise<BreachedPasswords | undefined> {
  if (path === undefined) return undefined;
  return await openBreachedPasswords(path).catch((error: unknown) => {
    if (!(error instanceof UnusableList)) throw error;
    throw new ConfigError([`BREACHED_PASSWORDS (breachedPasswords): ${error.message}`]);
  });
}

/** Loaded only where a mail server is set. It connects with the first mail. */
async function openSmtp({ smtpUrl = '', mailFrom = '' }: Config): Promise<SmtpMailer | undefined> {
  const [server, from] = [smtpServerIn(smtpUrl), mailSenderIn(mailFrom)];
  return server && from && (await import('./mail/smtp-mailer.ts')).createSmtpMailer(server, from);
}

/** Who makes each mail: the features by whose jobs they are asked for. */
const senders = {
  passwordReset: sendAskedMail,
  emailVerification: sendAskedMail,
  emailTaken: sendAskedMail,
  emailChange: sendChangeMail,
  emailChanged: sendChangedMail,
  notice: sendNotice,
};

async function sendMail(deps: Deps, data: unknown, { id, attempt }: AboutJob): Promise<void> {
  const { mail } = mailJob.parse(data);
  let isSent = false;
  const mails: Mails = {
    async send(...letter) {
      await deps.mails?.send(...letter);
      isSent = true;
    },
  };
  await senders[mail]({ ...deps, mails }, data, { id, attempt }).catch((error: unknown) => {
    throw new Error(`The mail ${mail} was not sent`, { cause: error });
  });
  // Many are for nobody, and most sign-ins are no news.
  if (isSent) deps.log.info({ event: 'mail.sent', mail, jobId: id });
}

const mailJob = z.object({ mail: z.enum(Object.keys(senders) as (keyof typeof senders)[]) });
