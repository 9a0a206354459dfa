/** `make check` takes a sixth of what a test does by the thousand (`SHARE=6`); `make test` takes all of it. */
export const SHARE = Number(process.env.SHARE ?? '1');

/** So many runs of a property, of the `all` that a whole test has; not where a test counts what came up. */
export function runs(all: number): number {
  return Math.ceil(all / SHARE);
}

/** Where a walk in steps begins that takes its share: each time somewhere else. */
export function anywhere(step: number): number {
  return SHARE === 1 ? 0 : Math.floor(Math.random() * step);
}
