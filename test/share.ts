/** `make check` takes a sixth of what a test does by the thousand (`SHARE=6`); `make test` takes all of it. */
export const SHARE = Number(process.env.SHARE ?? '1');

/** How many runs a property gets, of the `all` of a whole test. Not for tests that count what came up. */
export function runs(all: number): number {
  return Math.ceil(all / SHARE);
}

/** A random start for a walk in steps, so that shares of the work cover other places each time. */
export function anywhere(step: number): number {
  return SHARE === 1 ? 0 : Math.floor(Math.random() * step);
}
