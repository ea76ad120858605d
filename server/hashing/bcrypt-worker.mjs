// One of the threads that hash. Plain JavaScript, because Node strips no types below node_modules.
import bcrypt from 'bcrypt';

/**
 * @param {{ key: string, salt: string }} task
 * @returns {string}
 */
export const hash = ({ key, salt }) => bcrypt.hashSync(key, salt);
