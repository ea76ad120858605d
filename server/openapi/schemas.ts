import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import { names } from './names.ts';
import { referenceTo } from './openapi.ts';
import type { Reference, Schema } from './openapi.ts';

/** The schemas of one document. What has a name is met at several places and described once. */
export interface Schemas {
  readonly components: Record<string, Schema>;
  /** What is to be sent. */
  ofInput(schema: z.ZodType): Schema;
  /** What is answered. */
  ofOutput(schema: z.ZodType): Schema;
  /** Gives a schema a name. */
  add(name: string, schema: Schema): Reference;
}

export function createSchemas(): Schemas {
  const components: Record<string, Schema> = {};

  function add(name: string, schema: Schema): Reference {
    const known = (components[name] ??= schema);
    if (!isDeepStrictEqual(known, schema)) throw new Error(`Two schemas are called ${name}`);
    return referenceTo('schemas', name);
  }

  function hoisted(schema: Schema): Schema {
    const moved = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $schema: _dialect, $defs = {}, ...rest } = JSON.parse(moved) as Schema;
    for (const [name, one] of Object.entries($defs)) add(name, one);
    return rest;
  }

  return {
    components,
    add,
    ofInput: (schema) => hoisted(z.toJSONSchema(schema, { io: 'input', metadata: names, override: describe })),
    ofOutput: (schema) => hoisted(z.toJSONSchema(schema, { io: 'output', metadata: names, override: loosen })),
  };
}

interface Converted {
  zodSchema: z.core.$ZodType;
  jsonSchema: Schema;
}

/** What `.describe()` has said is in zod's own registry, and not in that of the names. */
function describe({ zodSchema, jsonSchema }: Converted): void {
  const { description } = z.globalRegistry.get(zodSchema) ?? {};
  if (description !== undefined) jsonSchema.description = description;
}

/** An answer may get further fields, which must not break whoever reads it now; and a format says enough. */
function loosen(converted: Converted): void {
  const { jsonSchema } = converted;
  describe(converted);
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}
