declare module 'dynalite' {
  import type { Server } from 'node:http';

  type Options = {
    /** Directory of the LevelDB store; in memory without one. */
    readonly path?: string;
    readonly createTableMs?: number;
  };
  const dynalite: (options?: Options) => Server;
  export = dynalite;
}
