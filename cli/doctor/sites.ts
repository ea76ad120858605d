// Below each of these everybody has a site of their own.
const shared = [
  'azurewebsites.net',
  'cloudfront.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok-free.app',
  'onrender.com',
  'pages.dev',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'workers.dev',
];

/**
 * The site of an origin, within which browsers send `SameSite` cookies: its scheme, and the name that
 * somebody has registered. The list of all suffixes is long and changes; the common ones are known here.
 */
export function siteOf(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return `${protocol}//${isAddress ? hostname : registeredIn(hostname)}`;
}

function registeredIn(hostname: string): string {
  const labels = hostname.split('.');
  const below = shared.find((suffix) => hostname.endsWith(`.${suffix}`));
  const lastTwo = labels.slice(-2).join('.');
  // Such as co.uk and com.au.
  const hasTwoPartSuffix = /^(ac|co|com|edu|gob|gov|ne|net|nom|or|org)\.[a-z]{2}$/.test(lastTwo);
  const suffixLabels = below?.split('.').length ?? (hasTwoPartSuffix ? 2 : 1);
  return labels.slice(-suffixLabels - 1).join('.');
}
