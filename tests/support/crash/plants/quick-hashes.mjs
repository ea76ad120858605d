// Makes every hash cheap, so that a server under load writes most of the time, and a kill meets it writing.
import { Piscina } from 'piscina';

// oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
const { run } = Piscina.prototype;

/** @type {typeof run} */
Piscina.prototype.run = async function (task, options) {
  return await run.call(this, { ...task, salt: task.salt.replace(/^\$2b\$\d\d/, '$2b$04'), padding: [] }, options);
};
