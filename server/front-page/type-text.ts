import type { Schema } from '../openapi/openapi.ts';

/** The schemas of a document by name. */
export type Schemas = Readonly<Record<string, Schema>>;

/** A schema as a type of TypeScript that a person reads: named ones are spelled out where they are used. */
export function typeText(schema: Schema, schemas: Schemas, indent = ''): string {
  const { $ref, anyOf, oneOf, type, items } = schema;
  const again = (one: unknown): string => typeText(one as Schema, schemas, indent);
  if ($ref !== undefined) return again(schemas[nameIn($ref)] ?? {});
  const forms = oneOf ?? anyOf;
  if (forms) return forms.map(again).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (type === 'array') return arrayOf(again(items));
  if (type === 'object') return objectText(schema, schemas, indent);
  if (Array.isArray(type)) return type.map((one) => again({ ...schema, type: one })).join(' | ');
  if (type === 'integer') return 'number';
  return typeof type === 'string' ? type : 'unknown';
}

const nameIn = (reference: string): string => reference.split('/').at(-1) ?? '';

const arrayOf = (item: string): string => (/[ |]/.test(item) ? `(${item})[]` : `${item}[]`);

function objectText(
  { properties = {}, required = [], additionalProperties }: Schema,
  schemas: Schemas,
  indent: string,
): string {
  const inside = `${indent}  `;
  const lines = Object.entries(properties).map(([name, given]) => {
    const property = given as Schema;
    const mark = required.includes(name) ? '' : '?';
    const about = property.description === undefined ? '' : ` // ${property.description}`;
    return `${inside}${name}${mark}: ${typeText(property, schemas, inside)};${about}\n`;
  });
  if (lines.length > 0) return `{\n${lines.join('')}${indent}}`;
  if (typeof additionalProperties !== 'object') return '{}';
  return `Record<string, ${typeText(additionalProperties, schemas, indent)}>`;
}
