/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** The address of the Latchkey server. */
  readonly VITE_AUTH_URL?: string;
}
