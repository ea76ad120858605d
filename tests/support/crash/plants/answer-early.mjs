// The planted fault: what should run as one transaction is said to be done before it has begun.
import Sqlite from 'better-sqlite3';

// oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
const { transaction } = Sqlite.prototype;

Sqlite.prototype.transaction = function (work) {
  const real = transaction.call(this, work);
  const later = () => void setTimeout(() => this.open && real.immediate(), 30);
  return Object.create(real, { immediate: { value: later } });
};
