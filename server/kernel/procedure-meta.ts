/** What is said of a procedure besides its types. The plain JSON face words a success by it; tRPC's own leaves that out. */
export interface ProcedureMeta {
  /** What has to be known of who is calling; nothing where it is left out. */
  assurance?: 'signedIn' | 'recentlyVerified';
  /** HTTP status, 200 if left out. */
  status?: number;
  /** A sentence for the person, sent as `message` beside the output's fields; where it depends on the answer, one for each `status`. */
  message?: string | Record<string, string>;
}
