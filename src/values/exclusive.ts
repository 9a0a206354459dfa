/** Runs one piece of work at a time, in the order of the calls. A device on a line cannot answer two questions at once. */
export function exclusive(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    // The caller hears of a failure; the next in the queue does not.
    last = mine.catch(() => undefined);
    return mine;
  };
}
