/**
 * Drizzle wraps what a driver throws into an error whose message repeats every bound parameter,
 * e-mail addresses and hashes too. What our drivers throw is fit to leave, so it leaves as it is.
 */
export function passErrorsThrough(orm: object): void {
  // Not in Drizzle's types: the session is internal. A test fails if a parameter reaches an error.
  const { session } = orm as { session: { prepareQuery(...query: unknown[]): PreparedQuery } };
  const prepareQuery = session.prepareQuery.bind(session);
  session.prepareQuery = (...query) => {
    const preparedQuery = prepareQuery(...query);
    preparedQuery.queryWithCache = async (_sql, _params, runQuery) => await runQuery();
    return preparedQuery;
  };
}

interface PreparedQuery {
  queryWithCache(sql: string, params: unknown[], runQuery: () => Promise<unknown>): Promise<unknown>;
}
