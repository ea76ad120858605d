import { fewCodes } from './letters.ts';
import type { FactorChange, Letter, Letters, Where, Whence } from './letters.ts';

const hello = 'Guten Tag,';
const needNothing = 'Wenn Sie das waren, müssen Sie nichts tun.';
const oneHour = 'Der Link gilt einmal, eine Stunde lang. Bekommen Sie mehrere, gilt nur der neueste.';
const oneDay = 'Der Link gilt einmal, einen Tag lang. Bekommen Sie mehrere, gilt nur der neueste.';
const askForPassword = (host: string): string =>
  `Wenn Sie das nicht waren, öffnen Sie sofort ${host} und fordern Sie ein neues Passwort an. Sobald es gesetzt ist, sind alle abgemeldet.`;

export const german: Letters = {
  passwordReset: ({ url }, { host }) => ({
    subject: `Ein neues Passwort für ${host}`,
    before: [
      hello,
      `jemand hat ein neues Passwort für Ihr Konto bei ${host} angefordert. Wenn Sie das waren, wählen Sie es hier.`,
    ],
    action: { label: 'Neues Passwort wählen', url },
    after: [
      `${oneHour} Wer ihn hat, kann Ihr Passwort setzen; geben Sie ihn also niemandem.`,
      'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne diesen Link setzt niemand eines.',
    ],
  }),
  emailVerification: ({ url }, { host }) => ({
    subject: `Bestätigen Sie Ihre E-Mail-Adresse für ${host}`,
    before: [
      hello,
      `diese Adresse wurde für ein Konto bei ${host} angegeben. Wenn Sie das waren, bestätigen Sie, dass sie Ihnen gehört.`,
    ],
    action: { label: 'Adresse bestätigen', url },
    after: [
      oneDay,
      'Wenn Sie das nicht waren, folgen Sie dem Link nicht. Wahrscheinlich hat sich jemand bei der eigenen Adresse vertippt.',
    ],
  }),
  emailTaken: ({ url }, { host }) => ({
    subject: `Sie haben schon ein Konto bei ${host}`,
    before: [
      hello,
      `jemand wollte eben diese Adresse für ein Konto bei ${host} benutzen. Zu ihr gibt es schon eines, und es wurde nichts geändert.`,
      'Wenn Sie das waren, melden Sie sich an wie immer. Haben Sie Ihr Passwort vergessen, wählen Sie hier ein neues.',
    ],
    action: { label: 'Neues Passwort wählen', url },
    after: [oneHour, 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto bleibt, wie es ist.'],
  }),
  emailChange: ({ url }, { host }) => ({
    subject: `Bestätigen Sie Ihre neue E-Mail-Adresse für ${host}`,
    before: [
      hello,
      `diese Adresse soll die eines Kontos bei ${host} werden. Wenn Sie das wollten, bestätigen Sie sie.`,
    ],
    action: { label: 'Diese Adresse verwenden', url },
    after: [
      `${oneDay} Bis Sie ihm folgen, behält das Konto seine Adresse.`,
      'Wenn Sie das nicht waren, folgen Sie dem Link nicht: Ohne ihn ändert sich nichts.',
    ],
  }),
  emailChanged: ({ url }, { host }) => (url === null ? changedUnproved(host) : changed(url, host)),
  passwordChanged: ({ at }, { host }) => ({
    subject: `Ihr Passwort für ${host} wurde geändert`,
    before: [hello, `das Passwort Ihres Kontos bei ${host} wurde am ${inWords(at)} geändert.`, needNothing],
    after: [askForPassword(host)],
  }),
  newSignIn: (whence, { host }) => ({
    subject: `Eine neue Anmeldung bei ${host}`,
    before: [
      hello,
      `jemand hat sich mit einem Gerät, das wir noch nicht kennen, bei Ihrem Konto bei ${host} angemeldet:`,
      described(whence),
      needNothing,
    ],
    after: [askForPassword(host)],
  }),
  signInAfterFailures: ({ failures, ...whence }, { host }) => ({
    subject: `Eine Anmeldung bei ${host} nach falschen Passwörtern`,
    before: [
      hello,
      `jemand hat sich bei Ihrem Konto bei ${host} angemeldet, nach ${failures === 1 ? 'einem Versuch' : `${failures} Versuchen`} mit falschem Passwort:`,
      described(whence),
      needNothing,
    ],
    after: [askForPassword(host)],
  }),
  factorChanged: ({ change, ...where }, { host }) => {
    const { subject, text, advice } = factorChanges[change];
    return {
      subject: subject(host),
      before: [hello, `${text(host)} Das war ${since(where)}.`, change === 'factorsRemoved' ? askedFor : needNothing],
      after: [advice(host)],
    };
  },
  recoveryCodeUsed: ({ left, ...where }, { host }) => ({
    subject: `Ein Wiederherstellungscode für ${host} wurde benutzt`,
    before: [
      hello,
      `ein Wiederherstellungscode Ihres Kontos bei ${host} wurde anstelle der Authentifizierungs-App oder eines Passkeys benutzt. Das war ${since(where)}.`,
      `Dieser Code gilt nicht mehr. ${leftInWords(left)}`,
      needNothing,
    ],
    after: [
      `${askForPassword(host)} Melden Sie sich dann an und erzeugen Sie neue Wiederherstellungscodes: Die alten gelten danach nicht mehr.`,
    ],
  }),
  factorRefused: (where, { host }) => ({
    subject: `Falsche Codes nach dem richtigen Passwort für ${host}`,
    before: [
      hello,
      `jemand hat das richtige Passwort Ihres Kontos bei ${host} eingegeben und danach mehrere falsche Codes der Authentifizierungs-App hintereinander. Der letzte kam ${since(where)}.`,
      'Wenn Sie das waren, prüfen Sie, ob die Uhr Ihres Telefons richtig geht. Weiter müssen Sie nichts tun.',
    ],
    after: [
      `Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Nur die App hat ihn aufgehalten. Wählen Sie bei ${host} ein anderes Passwort, das Sie sonst nirgends verwenden.`,
    ],
  }),
};

interface Change {
  subject: (host: string) => string;
  text: (host: string) => string;
  advice: (host: string) => string;
}

const thenRemove = (host: string): string =>
  `${askForPassword(host)} Ein neues Passwort entfernt nicht, was hinzugefügt wurde: Können Sie sich danach nicht anmelden, bitten Sie die Betreiber von ${host}, es zu entfernen.`;
const thenAdd = (host: string): string =>
  `${askForPassword(host)} Melden Sie sich dann an und richten Sie ein, was fehlt.`;

const factorChanges: Record<FactorChange, Change> = {
  totpEnabled: {
    subject: (host) => `Neue Authentifizierungs-App bei ${host}`,
    text: (host) =>
      `Ihr Konto bei ${host} hat jetzt eine Authentifizierungs-App, und beim Anmelden wird nach ihren Codes gefragt.`,
    advice: thenRemove,
  },
  totpReplaced: {
    subject: (host) => `Authentifizierungs-App bei ${host} ersetzt`,
    text: (host) =>
      `Ihr Konto bei ${host} hat jetzt eine andere Authentifizierungs-App. Die bisherige gilt nicht mehr, und die Wiederherstellungscodes sind dieselben.`,
    advice: thenRemove,
  },
  totpDisabled: {
    subject: (host) => `Authentifizierungs-App bei ${host} entfernt`,
    text: (host) =>
      `Ihr Konto bei ${host} hat keine Authentifizierungs-App mehr, und beim Anmelden wird nach keinem Code von ihr gefragt.`,
    advice: thenAdd,
  },
  passkeyAdded: {
    subject: (host) => `Neuer Passkey bei ${host}`,
    text: (host) => `Ihr Konto bei ${host} hat jetzt einen weiteren Passkey. Wer ihn hat, kann sich anmelden.`,
    advice: thenRemove,
  },
  passkeyRemoved: {
    subject: (host) => `Passkey bei ${host} entfernt`,
    text: (host) => `ein Passkey Ihres Kontos bei ${host} wurde entfernt und meldet niemanden mehr an.`,
    advice: thenAdd,
  },
  recoveryCodesReplaced: {
    subject: (host) => `Neue Wiederherstellungscodes bei ${host}`,
    text: (host) =>
      `für Ihr Konto bei ${host} wurden neue Wiederherstellungscodes erzeugt. Die bisherigen gelten nicht mehr.`,
    advice: (host) =>
      `${askForPassword(host)} Melden Sie sich dann an und erzeugen Sie noch einmal neue Wiederherstellungscodes.`,
  },
  factorsRemoved: {
    subject: (host) => `Ihre zweiten Faktoren bei ${host} wurden entfernt`,
    text: (host) =>
      `die Betreiber von ${host} haben jeden zweiten Faktor Ihres Kontos entfernt: Authentifizierungs-App, Passkeys und Wiederherstellungscodes. Alle wurden abgemeldet, und das Passwort genügt, bis Sie einen neuen einrichten.`,
    advice: (host) =>
      `Wenn nicht, hat vielleicht jemand anders in Ihrem Namen darum gebeten: Sagen Sie es sofort den Betreibern von ${host} und wählen Sie ein anderes Passwort.`,
  },
};

const askedFor = 'Wenn Sie darum gebeten haben, melden Sie sich an und richten Sie einen neuen ein.';

function leftInWords(left: number): string {
  if (left > fewCodes) return `${left} sind übrig.`;
  const count = left === 0 ? 'Keiner ist übrig' : left === 1 ? 'Einer ist übrig' : `Nur noch ${left} sind übrig`;
  return `${count}: Erzeugen Sie bald neue, sonst sperrt ein verlorenes Telefon Sie aus.`;
}

const changed = (url: string, host: string): Letter => ({
  subject: `Ihre E-Mail-Adresse für ${host} wurde geändert`,
  before: [
    hello,
    `Ihr Konto bei ${host} hat jetzt eine andere E-Mail-Adresse, und seine Mails kommen nicht mehr hierher.`,
    `${needNothing} Wenn Sie das nicht waren, holen Sie sich Ihr Konto hier zurück.`,
  ],
  action: { label: 'Diese Adresse zurückholen', url },
  after: [
    'Der Link gilt einmal, drei Tage lang. Er macht diese Adresse wieder zu der Ihres Kontos und meldet alle ab. Danach bringt eine weitere E-Mail den Link für ein neues Passwort.',
  ],
});

/** Perhaps a stranger reads it, so it says nothing of the account and gives nobody a way into it. */
const changedUnproved = (host: string): Letter => ({
  subject: `Eine E-Mail-Adresse für ${host} wurde geändert`,
  before: [
    hello,
    `ein Konto bei ${host} hatte diese Adresse, die nie bestätigt wurde. Es hat jetzt eine andere, und seine Mails kommen nicht mehr hierher.`,
    needNothing,
  ],
  after: [
    `Wenn es Ihr Konto ist und Sie das nicht geändert haben, bitten Sie die Betreiber von ${host} um Hilfe. Ein neues Passwort gibt es über diese Adresse nicht mehr.`,
  ],
});

function described({ at, browser, system, address }: Whence): string {
  const device = browser && system ? `${browser} unter ${system}` : (browser ?? system ?? 'ein unbekanntes Programm');
  return `Es war ${device}${address ? `, von der Adresse ${address}` : ''}, am ${inWords(at)}.`;
}

const since = ({ at, address }: Where): string => `am ${inWords(at)}${address ? `, von der Adresse ${address}` : ''}`;

const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;

const inWords = (at: string): string => `${new Date(at).toLocaleString('de-DE', format)} Uhr UTC`;
