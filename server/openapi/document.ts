import type { AnyTRPCProcedure } from '@trpc/server';

import { appRouter } from '../router.ts';
import type { OpenApiDocument, Response } from './openapi.ts';
import { operationOf } from './operation.ts';
import { createSchemas } from './schemas.ts';

/** What differs from one server to another. */
export interface DescribedServer {
  /** Where it is reached, such as `https://auth.example.com`. */
  url: string;
  /** What the cookie of a session is called there. */
  cookieName: string;
}

// tRPC keeps every procedure under its dotted path; its type has them nested.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;

/**
 * The plain JSON face as OpenAPI 3.1, for whoever generates a client from it. All of it is read from the
 * procedures: their schemas, their `meta`, the refusals that they have declared.
 */
export async function openApiDocument({ url, cookieName }: DescribedServer): Promise<OpenApiDocument> {
  const schemas = createSchemas();
  const shared: Record<string, Response> = {};
  const paths: OpenApiDocument['paths'] = {};
  for (const [path, procedure] of Object.entries(procedures)) {
    const described = await operationOf(path, procedure, { schemas, shared });
    if (described) paths[`/api/${path.replaceAll('.', '/')}`] = { [described.method]: described.operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      // Of the interface, and not of the software: no answer says which of its versions runs (ASVS 13.4.6).
      version: '1',
      description: `${about}\n\n${streams()}`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    paths,
    components: { schemas: schemas.components, responses: shared, securitySchemes: securitySchemes(cookieName) },
  };
}

const about = `Accounts and sessions as plain JSON, for whoever does not speak tRPC.

A refusal is \`{ message, reason, …, requestId }\` under its status: \`reason\` is what to decide by, \`message\` a sentence for the person. A success may have such a \`message\`, too. Answers and refusals may get further fields.

Send what changes something with \`Content-Type: application/json\`, also where its input is \`{}\`.`;

function streams(): string {
  const paths = Object.keys(procedures).filter((path) => procedures[path]?._def.type === 'subscription');
  const addresses = paths.map((path) => `\`GET /trpc/${path}\``).join(', ');
  return `Subscriptions are left out, because a stream is no one answer of JSON. They are server-sent events: ${addresses}.`;
}

const securitySchemes = (cookieName: string) => ({
  sessionCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: cookieName,
    description: 'Set by whatever signs somebody in, for browsers.',
  },
  bearerToken: {
    type: 'http',
    scheme: 'bearer',
    description: "The `token` that is answered to `deliver: 'token'`, for programs and native apps.",
  },
});
