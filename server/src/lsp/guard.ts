/** Wraps a handler so that an error in it is answered by `fallback`. */
export type Guard = <P, R>(name: string, fallback: R, handler: (params: P) => R | Promise<R>) => (params: P) => Promise<R>;

/** A guard that logs the errors: the server goes on whatever one handler meets. */
export function guardWith(log: (message: string) => void): Guard {
  return (name, fallback, handler) => async (params) => {
    try {
      return await handler(params);
    } catch (error) {
      log(`${name}: ${describe(error)}`);
      return fallback;
    }
  };
}

/** An error for the log, with its stack. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
