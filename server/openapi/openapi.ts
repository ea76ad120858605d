import type { z } from 'zod';

/** As much of OpenAPI 3.1 as is made here. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  paths: Record<string, Partial<Record<'get' | 'post', Operation>>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Response>;
    securitySchemes: Record<string, object>;
  };
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: 'query'; required: boolean; content: Content }[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, Response | Reference>;
}

export interface Response {
  description: string;
  headers?: Record<string, { description: string; required?: boolean; schema: Schema }>;
  content: Content;
}

export type Schema = z.core.JSONSchema.BaseSchema;

// No interface, because zod's type of a schema has an index signature.
export type Reference = { $ref: string };

interface Content {
  'application/json': { schema: Schema };
}

export const json = (schema: Schema): Content => ({ 'application/json': { schema } });

export const referenceTo = (kind: 'schemas' | 'responses', name: string): Reference => ({
  $ref: `#/components/${kind}/${name}`,
});

/** One of several forms, which a field tells apart: by each of its values one. */
export const oneOf = (propertyName: string, forms: [value: string, form: Reference][]): Schema => ({
  oneOf: forms.map(([, form]) => form),
  discriminator: { propertyName, mapping: Object.fromEntries(forms.map(([value, { $ref }]) => [value, $ref])) },
});

/** `EMAIL_TAKEN` as a name for a type: `EmailTaken`. */
export const pascal = (words: string): string =>
  words
    .split('_')
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join('');

export const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
