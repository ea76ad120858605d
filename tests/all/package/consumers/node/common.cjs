// CommonJS code may load the entries, too.
const { createAuth } = require('latchkey/server');
const { refusals } = require('latchkey/contract');

console.log(typeof createAuth, refusals.EMAIL_TAKEN[0]);
