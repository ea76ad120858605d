import type { Queryable } from '../../db/database.ts';

export interface ImportedUser {
  id: string;
  createdAt: Date;
  email: string;
  passwordHash: string;
  importedId: string;
}

export function insertImportedUser({ orm, tables: { users } }: Queryable, user: ImportedUser) {
  return orm.insert(users).values(user);
}
