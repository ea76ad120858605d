import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { markup } from '../kernel/html.ts';
import type { Html } from '../kernel/html.ts';
import type { OpenApiDocument, Operation, Reference, Response, Schema } from '../openapi/openapi.ts';
import { typeText } from './type-text.ts';

/** A page, and the only script and style that a browser may take from it. */
export interface FrontPage {
  html: string;
  contentSecurityPolicy: string;
}

/** What a developer sees who opens the address of the server: what it is, a form to try it, and every procedure. */
export function frontPage(document: OpenApiDocument): FrontPage {
  const script = ofThisFolder('page.js');
  const style = ofThisFolder('page.css');
  const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) =>
      procedure(document, `${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const { finished: html } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Latchkey</title>
<style>${{ finished: style }}</style>
</head>
<body>
<main>
<h1>Latchkey</h1>
<p>This server registers people and logs them in. Programs call it as <a href="#typed">tRPC</a> under <code>/trpc</code> or as <a href="#json">plain JSON</a> under <code>/api/auth</code>, and <a href="/api/auth/openapi.json">/api/auth/openapi.json</a> describes the latter.</p>
<p>You see this page because <code>PUBLIC_URL</code> is an address of this machine. In production there is nothing here.</p>
<h2>Try it</h2>
<form>
<label>E-mail address <input name="email" type="email" autocomplete="username" value="ada@example.com" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<label>Name, to register <input name="name" autocomplete="name"></label>
<p><button name="login">Log in</button> <button name="register">Register</button> <button name="me" formnovalidate>Who am I?</button> <button name="logout" formnovalidate>Log out</button></p>
</form>
<pre role="status" aria-live="polite">Each button shows here what it sends and what is answered.</pre>
<h2 id="typed">With types</h2>
<pre>${typedSample(document)}</pre>
<h2 id="json">As plain JSON</h2>
<pre>${shellSample(document)}</pre>
<h2>Procedures</h2>
${operations}
<p>Subscriptions are streams, of server-sent events under <code>/trpc</code>.</p>
</main>
<script type="module">${{ finished: script }}</script>
</body>
</html>
`;
  return { html, contentSecurityPolicy: policyOf({ script, style }) };
}

const ofThisFolder = (name: 'page.js' | 'page.css'): string =>
  readFileSync(
    name === 'page.js' ? new URL('./page.js', import.meta.url) : new URL('./page.css', import.meta.url),
    'utf8',
  );

/** Nothing runs or is shown but what is on the page itself, and it calls nobody but this server. */
function policyOf({ script, style }: { script: string; style: string }): string {
  const hashOf = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

const urlOf = ({ servers }: OpenApiDocument): string => servers[0]?.url ?? '';

const typedSample = (document: OpenApiDocument): string => `import { createAuthClient } from 'latchkey/client';

const auth = createAuthClient({ url: '${urlOf(document)}' });
const answer = await auth.login.mutate({ email: 'ada@example.com', password: '…' });`;

const shellSample = (document: OpenApiDocument): string => `curl ${urlOf(document)}/api/auth/login \\
  -H 'content-type: application/json' \\
  -d '{"email":"ada@example.com","password":"…"}'`;

function procedure(document: OpenApiDocument, call: string, operation: Operation): Html {
  const { components } = document;
  const name = /`([\w.]+)`/.exec(operation.description)?.[1] ?? operation.operationId;
  const input = operation.requestBody?.content ?? operation.parameters?.[0]?.content;
  const answers = Object.entries(operation.responses).map(
    ([status, response]) => [status, responseOf(document, response)] as const,
  );
  const text = (content: { 'application/json': { schema: Schema } } | undefined): string =>
    content ? typeText(content['application/json'].schema, components.schemas) : 'nothing';
  return markup`<details id="${name}">
<summary><code>${name}</code> <small>${call}</small></summary>
<p>${operation.description.replaceAll('`', '')}</p>
<h3>Input</h3>
<pre>${text(input)}</pre>
<h3>Answer</h3>
${answers.filter(isSuccess).map(([, { content }]) => markup`<pre>${text(content)}</pre>`)}
<h3>Refusals</h3>
<ul>${answers.filter((answer) => !isSuccess(answer)).map(refusals)}</ul>
</details>
`;
}

const isSuccess = ([status]: readonly [string, Response]): boolean => status.startsWith('2');

/** Each by its reason, as the description of the answer has it. */
const refusals = ([status, { description }]: readonly [string, Response]): Html =>
  markup`${description.split('\n\n').map((one) => markup`<li>${status} ${one.replaceAll('`', '')}</li>`)}`;

function responseOf({ components }: OpenApiDocument, response: Response | Reference): Response {
  if (!('$ref' in response)) return response;
  const found = components.responses[response.$ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`There is no ${response.$ref} in the document.`);
  return found;
}
