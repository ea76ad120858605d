import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

import type { OpenApiDocument, Operation, Response as Described, Schema } from '../../server/openapi/openapi.ts';

/** What a description says, and whether answers are as it says. */
export interface Description {
  document: OpenApiDocument;
  /** The operation at a path, or none. */
  at(method: string, path: string): Operation | undefined;
  /** The reasons that an operation may be refused for, each with its status. */
  reasonsOf(operation: Operation): string[];
  /** Whether an input is one that is described. */
  takes(operation: Operation, input: unknown): boolean;
  /** Holds an answer to what is said of its operation and its status, and resolves to its body. */
  expectDescribed(operation: Operation, answer: Response): Promise<{ reason?: string } | null>;
}

export function described(document: OpenApiDocument): Description {
  const answers = validator(closed(document));
  const inputs = validator(document);

  const responseOf = (operation: Operation, status: string): Described | undefined => {
    const found = operation.responses[status];
    return found && '$ref' in found ? document.components.responses[lastOf(found.$ref)] : found;
  };
  const resolved = ({ $ref }: Schema): Schema => ($ref ? (document.components.schemas[lastOf($ref)] ?? {}) : {});

  return {
    document,
    at: (method, path) => document.paths[path]?.[method.toLowerCase() === 'get' ? 'get' : 'post'],
    reasonsOf: (operation) =>
      Object.keys(operation.responses).flatMap((status) => {
        const { oneOf, ...alone } = responseOf(operation, status)?.content['application/json'].schema ?? {};
        const reasons = (oneOf ?? [alone]).map((form) => resolved(form).properties?.['reason']);
        return reasons.flatMap((reason) => (typeof reason === 'object' ? [`${String(reason.const)} ${status}`] : []));
      }),
    takes(operation, input) {
      const content = operation.requestBody?.content ?? operation.parameters?.[0]?.content;
      return content === undefined || inputs.compile(absolute(content['application/json'].schema))(input);
    },
    async expectDescribed(operation, answer) {
      const about = `${operation.operationId} ${answer.status}`;
      const response = responseOf(operation, String(answer.status));
      expect(response, `${about} is described`).toBeDefined();
      for (const [name, { required }] of Object.entries(response?.headers ?? {}))
        if (required) expect(answer.headers.get(name), `${name} of ${about}`).toMatch(/^\d+$/);
      const body = await answer.clone().json();
      const validate = answers.compile(absolute(response?.content['application/json'].schema ?? {}));
      validate(body);
      expect(validate.errors ?? [], `${about}: ${JSON.stringify(body)}`).toEqual([]);
      return body;
    },
  };
}

function validator(document: OpenApiDocument): Ajv2020 {
  const formats = { uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'date-time': isInstant };
  // What stands around the schemas is for others to check: tests/all/package/openapi.test.ts.
  const ajv = new Ajv2020({ strict: false, formats });
  return ajv.addSchema(document, 'document');
}

const lastOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
const isInstant = (text: string): boolean => new Date(text).toISOString() === text;

/** With references that are found from outside of the document. */
const absolute = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as Schema;

/** Nobody who reads answers may count on that, but a test sees by it what is not described. */
function closed<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(closed) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const all = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  const isObject = 'type' in value && value.type === 'object' && 'properties' in value;
  return (isObject ? { additionalProperties: false, ...all } : all) as Value;
}
