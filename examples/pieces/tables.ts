import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { users } from 'latchkey/schema/sqlite';

export const posts = sqliteTable('posts', {
  id: integer('id').primaryKey(),
  authorId: text('author_id').references(() => users.id, { onDelete: 'cascade' }),
});
