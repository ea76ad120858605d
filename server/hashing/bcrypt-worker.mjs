// One of the threads that hash. Plain JavaScript, because Node strips no types below node_modules.
import bcrypt from 'bcrypt';

/**
 * @param {{ key: string, salt: string, padding: string[] }} task
 * @returns {string}
 */
export function hash({ key, salt, padding }) {
  const result = bcrypt.hashSync(key, salt);
  for (const one of padding) bcrypt.hashSync(key, one);
  return result;
}
