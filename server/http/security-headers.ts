import { isLoopback } from '../kernel/origin.ts';

// Answers are data for scripts: none is a page, a part of one, or worth keeping.
const always = {
  // Opened as a page an answer may run, load, frame and send nothing (ASVS 3.2.1, 3.4.3, 3.4.6).
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  // Keeps answers out of the processes of foreign pages (ASVS 3.5.8). What the origin rule lets a page
  // read it fetches by CORS, which this does not touch.
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // They are about one person, and no cache need hold them (ASVS 14.3.2).
  'Cache-Control': 'no-store',
} as const;

const transportSecurity = { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } as const;

/** What every answer carries, whatever it says, by name. */
export function securityHeadersFor({ publicUrl }: { publicUrl: string }): Map<string, string> {
  // A browser would demand https of every other development server on localhost, too, for a year.
  const isPublic = publicUrl.startsWith('https:') && !isLoopback(publicUrl);
  return new Map(Object.entries({ ...always, ...(isPublic ? transportSecurity : {}) }));
}
