/**
 * One fetch at a time, and once more if it was asked for meanwhile: a burst of events costs two fetches, and an answer that was
 * overtaken never overwrites a newer one.
 */
export function latest(fetch: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await fetch();
    } while (again);
  };
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = run().finally(() => {
      running = null;
    });
    return running;
  };
}
