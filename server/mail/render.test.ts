import fc from 'fast-check';
import { expect, test } from 'vitest';

import { render } from './render.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' style='x",
    '</style><b>',
    '<!--',
    '&lt;b&gt;',
    ']]>',
    'a\r\nBcc: eve@example.com',
    'a\u2028Bcc: eve@example.com\u0000',
    '$& $1 $` ${7*7} {{7*7}}',
  ),
);

const letterOf = ([subject, paragraph, label, token]: readonly [string, string, string, string]) => ({
  subject,
  before: [paragraph],
  action: { label, url: `https://app.example.com/${token}` },
  after: [paragraph],
});

/** The elements and their attributes, without what stands in them. */
const structureOf = (html: string): string[] =>
  (html.match(/<[^<>]*>/g) ?? []).map((tag) => tag.replace(/href="[^"]*"/, 'href=""')).filter((tag) => tag !== '<br>');

const harmless = structureOf(render(letterOf(['a', 'a', 'a', 'a']), 'en').html);

test('1.2.1 whatever a mail says is text: it adds no element and no attribute, wherever it stands', () => {
  expect(harmless.length).toBeGreaterThan(20);
  fc.assert(
    fc.property(fc.tuple(anything, anything, anything, anything), (said) => {
      const { html } = render(letterOf(said), 'en');
      expect(structureOf(html)).toEqual(harmless);
      // Read back, it is what was said.
      const read = (text: string): string =>
        text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) => signs[entity] ?? '');
      const [, label = ''] = /class="button"[^>]*>([^]*?)<\/a>/.exec(html) ?? [];
      expect(read(label)).toBe(said[2]);
    }),
  );
});

const signs: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

test('1.3.11 a subject is one line, whatever is in it', () => {
  fc.assert(
    fc.property(fc.tuple(anything, anything, anything, anything), (said) => {
      expect(render(letterOf(said), 'en').subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }),
  );
  expect(render(letterOf(['a\r\nBcc: eve@example.com', '', '', '']), 'en').subject).toBe('a Bcc: eve@example.com');
});
