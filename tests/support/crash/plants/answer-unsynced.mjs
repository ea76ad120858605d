// The planted fault: a commit is not synced. SYNCHRONOUS says what SQLite is told instead.
import Sqlite from 'better-sqlite3';

// oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
const { pragma } = Sqlite.prototype;

Sqlite.prototype.pragma = function (source, options) {
  return pragma.call(
    this,
    source.replace('synchronous = FULL', `synchronous = ${process.env['SYNCHRONOUS']}`),
    options,
  );
};
