import type { AnyTRPCProcedure } from '@trpc/server';
import { z } from 'zod';

import type { ProcedureMeta } from '../kernel/procedure-meta.ts';
import { refusalsDeclaredBy } from './declared-refusals.ts';
import { capitalised, json, oneOf } from './openapi.ts';
import type { Operation, Reference, Response, Schema } from './openapi.ts';
import { refusedResponses } from './refusals.ts';
import type { Schemas } from './schemas.ts';

/** What operations share, filled as they are described. */
interface Shared {
  schemas: Schemas;
  shared: Record<string, Response>;
}

/** A procedure as it is called in plain JSON, or `undefined` where it is a stream. */
export async function operationOf(
  path: string,
  procedure: AnyTRPCProcedure,
  parts: Shared,
): Promise<{ method: 'get' | 'post'; operation: Operation } | undefined> {
  const { type, inputs, ...rest } = procedure._def;
  if (type === 'subscription') return undefined;
  // Ours are zod's, and each procedure has both; tRPC's type leaves the output out.
  const { output, meta = {} } = rest as unknown as { output: z.ZodType; meta?: ProcedureMeta };
  const names = path.split('.').slice(1);
  const operationId = names.map((name, index) => (index === 0 ? name : capitalised(name))).join('');
  const answer: Response = {
    description: 'Done.',
    content: json(answerOf(output, { meta, name: capitalised(operationId), schemas: parts.schemas })),
  };
  const operation: Operation = {
    operationId,
    tags: [names.length > 1 ? (names[0] ?? '') : 'auth'],
    summary: capitalised(names.map(inWords).join(': ')),
    description: [`The procedure \`${path}\`.`, whoMay[meta.assurance ?? 'nobody']].join(' '),
    security: [...(meta.assurance ? [] : [{}]), { bearerToken: [] }, { sessionCookie: [] }],
    ...inputOf(type, inputs as z.ZodType[], { name: capitalised(operationId), schemas: parts.schemas }),
    responses: {
      [meta.status ?? 200]: answer,
      ...refusedResponses(await refusalsDeclaredBy(procedure), type, parts),
    },
  };
  return { method: type === 'query' ? 'get' : 'post', operation };
}

/** `passwordReset` as `password reset`. */
const inWords = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

// A procedure says itself how sure it has to be who is calling; where it says nothing a credential is read and none is needed.
const whoMay = {
  nobody: 'Nobody has to be signed in.',
  signedIn: 'Only for somebody who is signed in.',
  recentlyVerified: 'Only for somebody who is signed in and has shown lately that it is them.',
};

interface Naming {
  name: string;
  schemas: Schemas;
}

function inputOf(
  type: 'query' | 'mutation',
  inputs: z.ZodType[],
  { name, schemas }: Naming,
): Pick<Operation, 'parameters' | 'requestBody'> {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) throw new Error(`${name} has not one input`);
  const schema = schemas.ofInput(input);
  const isNothing = schema.type === 'object' && Object.keys(schema.properties ?? {}).length === 0;
  if (type === 'query' && isNothing) return {};
  const content = json(isNothing ? schema : schemas.add(`${name}Input`, schema));
  // A query is sent in its address, as JSON.
  if (type === 'query') return { parameters: [{ name: 'input', in: 'query', required: !isOptional(input), content }] };
  return { requestBody: { required: true, content } };
}

const isOptional = (input: z.ZodType): boolean => input.safeParse(undefined).success;

/** The output with its sentence for the person, as `message`. */
function answerOf(output: z.ZodType, { meta, name, schemas }: Naming & { meta: ProcedureMeta }): Schema {
  if (!(output instanceof z.ZodDiscriminatedUnion)) {
    return schemas.add(`${name}Answer`, withMessage(schemas.ofOutput(output), meta));
  }
  const forms = output.options.map((option): [string, Reference] => {
    const schema = schemas.ofOutput(option as z.ZodType);
    const status = statusIn(schema);
    return [status, schemas.add(`${name}${capitalised(status)}`, withMessage(schema, meta))];
  });
  return schemas.add(`${name}Answer`, oneOf('status', forms));
}

function withMessage(schema: Schema, { message }: ProcedureMeta): Schema {
  const text = typeof message === 'object' ? message[statusIn(schema)] : message;
  if (text === undefined) return schema;
  const { properties, required = [] } = schema;
  return {
    ...schema,
    properties: {
      message: { type: 'string', description: 'A sentence for the person.', examples: [text] },
      ...properties,
    },
    required: ['message', ...required],
  };
}

/** Every answer that has several forms is told apart by this. */
function statusIn({ properties }: Schema): string {
  const { status } = properties ?? {};
  return typeof status === 'object' && typeof status.const === 'string' ? status.const : '';
}
