export const email = 'ada@example.com';
export const password = 'correct horse battery';
