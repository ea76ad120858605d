/**
 * Who may import whom, from the first row that fits the importing file. `same` is the importer's
 * own feature. Rows of types are allowed as `import type` only.
 */
export const rules: { from: RegExp; may: RegExp[]; mayTypes?: RegExp[] }[] = [
  // The package's entries: whatever they show, nothing inside may look at them.
  { from: /^server\/entries\/(server|schema-sqlite|testing)\.ts$/, may: [/^server\/(?!entries\/)/] },
  {
    from: /^server\/entries\/contract\.ts$/,
    may: [/^server\/kernel\/(fields|refusals)\.ts$/, /^server\/features\/[\w-]+\/contract\.ts$/],
  },
  {
    from: /^server\/testing\//,
    may: [
      /^server\/(context|create-auth|testing\/.*|hashing\/.*|mail\/.*|kernel\/.*)\.ts$/,
      // Somebody is signed in without a password.
      /^server\/features\/(logins\/queries|events\/service|sessions\/service)\.ts$/,
    ],
    mayTypes: [/^server\/auth(-context)?\.ts$/, /^server\/features\/methods\/contract\.ts$/],
  },
  { from: /^cli\//, may: [/^cli\//, /^server\/(?!entries\/)/] },
  { from: /^server\/create-auth\.ts$/, may: [/^server\/(?!entries\/)/] },
  {
    from: /^server\/background\.ts$/,
    may: [/^server\/features\/[\w-]+\/service\.ts$/, /^server\/(jobs|kernel)\//],
    mayTypes: [/^server\/deps\.ts$/],
  },
  { from: /^server\/auth-context\.ts$/, may: [] },
  {
    from: /^server\/signed-in-context\.ts$/,
    may: [],
    mayTypes: [/^server\/auth-context\.ts$/, /^server\/features\/sessions\/contract\.ts$/],
  },
  {
    from: /^server\/deps\.ts$/,
    may: [],
    mayTypes: [
      /^server\/(config|db\/database|hashing\/hasher|jobs\/jobs|limits\/limiter|live\/hub|mail\/mails|passwords\/breached|kernel\/.*)\.ts$/,
      /^server\/features\/links\/contract\.ts$/,
    ],
  },
  {
    from: /^server\/context\.ts$/,
    may: [/^server\/features\/sessions\/(contract|service)\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/(deps|auth-context|signed-in-context)\.ts$/],
  },
  {
    from: /^server\/(trpc|error-shapes)\.ts$/,
    may: [/^server\/(context|error-shapes)\.ts$/, /^server\/features\/sessions\/contract\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/auth-context\.ts$/],
  },
  {
    from: /^server\/assurance\.ts$/,
    may: [
      /^server\/(context|error-shapes|trpc)\.ts$/,
      /^server\/features\/(sessions\/contract|assurance\/service)\.ts$/,
    ],
  },
  {
    from: /^server\/signed-in\.ts$/,
    may: [
      /^server\/(context|error-shapes|trpc)\.ts$/,
      /^server\/features\/(sessions\/contract|assurance\/service)\.ts$/,
      /^server\/kernel\//,
    ],
    mayTypes: [/^server\/auth-context\.ts$/],
  },
  {
    from: /^server\/auth\.ts$/,
    may: [],
    mayTypes: [
      /^server\/(auth-context|auth-options|router|signed-in)\.ts$/,
      /^server\/features\/[\w-]+\/contract\.ts$/,
      /^server\/(hashing\/hasher|http\/any-request|mail\/(letters|mailer))\.ts$/,
      /^server\/kernel\//,
    ],
  },
  { from: /^server\/auth-options\.ts$/, may: [/^server\/(auth-parts|config|environment|kernel\/token)\.ts$/] },
  {
    from: /^server\/auth-parts\.ts$/,
    may: [/^server\/features\/links\/contract\.ts$/, /^server\/mail\/languages\.ts$/, /^server\/kernel\//],
  },
  { from: /^server\/set-up\.ts$/, may: [/^server\/kernel\//], mayTypes: [/^server\/config\.ts$/] },
  { from: /^server\/router\.ts$/, may: [/^server\/trpc\.ts$/, /^server\/features\/[\w-]+\/router\.ts$/] },
  { from: /^server\/config\.ts$/, may: [/^server\/environment\.ts$/, /^server\/kernel\//] },
  { from: /^server\/environment\.ts$/, may: [/^server\/kernel\//] },
  {
    from: /^server\/http\//,
    may: [
      /^server\/http\//,
      /^server\/(openapi\/document|front-page\/page)\.ts$/,
      /^server\/(context|router|trpc|signed-in)\.ts$/,
      /^server\/kernel\//,
    ],
    mayTypes: [/^server\/(deps|auth-context)\.ts$/, /^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/front-page\//,
    may: [/^server\/front-page\//, /^server\/kernel\//],
    mayTypes: [/^server\/openapi\//],
  },
  {
    from: /^server\/openapi\//,
    may: [
      /^server\/openapi\//,
      /^server\/router\.ts$/,
      // Schemas that have a name of their own.
      /^server\/features\/[\w-]+\/contract\.ts$/,
      /^server\/kernel\//,
    ],
  },
  {
    from: /^server\/features\/([\w-]+)\/router\.ts$/,
    may: [
      /^server\/features\/same\/(contract|service)\.ts$/,
      // Outputs and refusals that several procedures share.
      /^server\/features\/[\w-]+\/contract\.ts$/,
      /^server\/(trpc|assurance|error-shapes)\.ts$/,
      /^server\/kernel\//,
    ],
  },
  {
    from: /^server\/features\/([\w-]+)\/service\.ts$/,
    may: [
      /^server\/features\/same\/(contract|queries)\.ts$/,
      /^server\/features\/[\w-]+\/(service|contract)\.ts$/,
      /^server\/(authenticators|passwords|signing)\//,
      /^server\/hashing\/foreign-forms\.ts$/,
      /^server\/kernel\//,
    ],
    mayTypes: [
      /^server\/deps\.ts$/,
      /^server\/limits\/limiter\.ts$/,
      /^server\/mail\/(letters|mails)\.ts$/,
      /^server\/db\//,
    ],
  },
  {
    from: /^server\/features\/([\w-]+)\/queries\.ts$/,
    may: [/^drizzle-orm$/, /^server\/db\/prepared\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/db\//],
  },
  {
    from: /^server\/features\/([\w-]+)\/contract\.ts$/,
    may: [/^zod$/, /^server\/kernel\/(fields|refusals)\.ts$/, /^server\/features\/[\w-]+\/contract\.ts$/],
  },
  { from: /^server\/db\//, may: [/^server\/db\//, /^server\/kernel\//] },
  { from: /^server\/hashing\//, may: [/^server\/hashing\//, /^server\/kernel\//] },
  {
    from: /^server\/limits\//,
    may: [/^server\/limits\//, /^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/jobs\/queries\.ts$/,
    may: [/^server\/db\/prepared\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/jobs\//,
    may: [/^server\/jobs\//, /^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  { from: /^server\/live\//, may: [/^server\/kernel\//], mayTypes: [/^server\/db\/database\.ts$/] },
  { from: /^server\/mail\//, may: [/^server\/mail\//, /^server\/kernel\//] },
  { from: /^server\/metrics\//, may: [/^server\/metrics\//, /^server\/kernel\//] },
  { from: /^server\/passwords\//, may: [/^server\/passwords\//, /^server\/kernel\//] },
  { from: /^server\/authenticators\//, may: [/^server\/authenticators\//, /^server\/kernel\//] },
  { from: /^server\/signing\//, may: [/^server\/signing\//, /^server\/kernel\//] },
  { from: /^server\/kernel\//, may: [/^server\/kernel\//] },
  {
    from: /^client\//,
    may: [/^client\//, /^@trpc\/(client|server\/observable)$/],
    mayTypes: [/^server\/(router|auth-context|kernel\/(procedure-meta|refusal-shape))\.ts$/],
  },
];
