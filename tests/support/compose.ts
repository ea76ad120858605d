import { parse } from 'yaml';
import { z } from 'zod';

import { textOf } from './sources.ts';

type Networks = Record<string, { ipv4_address?: string | undefined }>;

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string(), restart: z.boolean().optional() })).default({}),
  networks: z.union([
    z.array(z.string()).transform((names): Networks => Object.fromEntries(names.map((name) => [name, {}]))),
    z.record(z.string(), z.object({ ipv4_address: z.string().optional() })),
  ]),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
});

const file = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false), ipam: z.unknown() }).partial()),
});

/** What compose.yaml says. */
export const compose = file.parse(parse(textOf('compose.yaml')));

/** The environment of a service, with what the operator has to set, and their own names of hosts. */
export function environmentOf(name: string, set: Record<string, string>): Record<string, string> {
  const fill = (value: string): string =>
    value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, variable: string) => set[variable] ?? `no ${variable}`);
  const { environment = {} } = compose.services[name] ?? {};
  return Object.fromEntries(Object.entries(environment).map(([variable, value]) => [variable, fill(value)]));
}
