/** How the plain JSON face words a success; tRPC's own face leaves it out. */
export interface ProcedureMeta {
  /** HTTP status, 200 if left out. */
  status?: number;
  /** A sentence for the person, sent as `message` beside the output's fields. */
  message?: string;
}
