import { markup } from '../kernel/html.ts';
import type { Html } from '../kernel/html.ts';
import type { Letter } from './letters.ts';

/** The letter in the two forms that a mail has. */
export function render(letter: Letter, locale: string): { subject: string; text: string; html: string } {
  const oneLine = { ...letter, subject: inOneLine(letter.subject) };
  return { subject: oneLine.subject, text: textOf(oneLine), html: documentOf(oneLine, locale).finished };
}

// A line that ends would end the header, and begin another one (ASVS 1.3.11).
const inOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

const textOf = ({ before, action, after = [] }: Letter): string =>
  [...before, ...(action ? [`${action.label}:`, action.url] : []), ...after].join('\n\n') + '\n';

const isRightToLeft = (locale: string): boolean => /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i.test(locale);

// Styles stand in the elements, because some programs drop all others; those in the head are for the dark.
const font = 'font-family: system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

const documentOf = ({ subject, before, action, after = [] }: Letter, locale: string): Html => markup`<!doctype html>
<html lang="${locale}" dir="${isRightToLeft(locale) ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #16181c !important; color: #e8e6e3 !important; }
  .sheet { background: #22252b !important; border-color: #3a3e46 !important; }
  .button { background: #8ab4f8 !important; color: #10131a !important; }
  .address, .address a { color: #b4bac4 !important; }
}
</style>
</head>
<body class="page" style="margin: 0; padding: 0; background: #f3f3f0; color: #23262b; ${font}">
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: #f3f3f0; color: #23262b">
<tr><td align="center" style="padding: 24px 12px">
<table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width: 560px; background: #ffffff; border: 1px solid #deded8; border-radius: 8px; text-align: start">
<tr><td style="padding: 28px 24px 12px; font-size: 16px; line-height: 1.5; overflow-wrap: anywhere; ${font}">
<h1 style="margin: 0 0 20px; font-size: 21px; line-height: 1.3; font-weight: 600">${subject}</h1>
${before.map(paragraph)}${action ? linkTo(action) : ''}${after.map(paragraph)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

const paragraph = (text: string): Html => markup`<p style="margin: 0 0 16px">${inLines(text)}</p>
`;

const inLines = (text: string): Html[] =>
  text.split(/\r?\n/).map((line, index) => (index === 0 ? markup`${line}` : markup`<br>${line}`));

/** The address stands there, too: for those who want to see where a link leads, or have to copy it. */
const linkTo = ({ label, url }: { label: string; url: string }): Html => markup`<p style="margin: 24px 0 12px">
<a class="button" href="${url}" style="display: inline-block; padding: 12px 20px; background: #1f5fae; color: #ffffff; border-radius: 6px; font-weight: 600; text-decoration: none">${label}</a>
</p>
<p class="address" style="margin: 0 0 24px; font-size: 13px; line-height: 1.4; color: #5b616b; word-break: break-all"><a href="${url}" style="color: #5b616b">${url}</a></p>
`;
