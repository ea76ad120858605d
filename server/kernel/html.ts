/** HTML that is finished. Whatever else is put into HTML gets escaped. */
export interface Html {
  readonly finished: string;
}

/**
 * Makes HTML: the only place that does, so that nothing gets into it as it was typed (ASVS 1.1.2, 1.2.1).
 * Not called `html`, because formatters lay out what is called that, and each space counts.
 */
export function markup(parts: TemplateStringsArray, ...values: (string | Html | Html[])[]): Html {
  return { finished: String.raw({ raw: parts }, ...values.map(written)) };
}

const written = (value: string | Html | Html[]): string =>
  typeof value === 'string'
    ? escaped(value)
    : [value]
        .flat()
        .map(({ finished }) => finished)
        .join('');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes in quotes. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
