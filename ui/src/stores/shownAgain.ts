import { useNotices } from './notices';

/** After a write: what is on the screen, fetched again. The write stands, so a fetch that fails is told and is no failure of it. */
export const shownAgain = (load: () => Promise<unknown>): Promise<void> =>
  load().then(
    () => undefined,
    (error: unknown) => useNotices().failed(error),
  );
