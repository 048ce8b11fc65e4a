/** Follows the core: what it says has changed is fetched again where a screen holds it, so nothing needs a reload. */
import type { CoreEvent } from '@schemas';
import { onCoreEvent } from '@/api/live';
import { useBench } from './bench';
import { useBoard } from './board';
import { useBooks } from './books';
import { useJobs } from './jobs';
import { useMine } from './mine';
import { useNotices } from './notices';
import { useOrders } from './orders';
import { useReview } from './review';
import { useRoster } from './roster';
import { useSession } from './session';
import { useStorage } from './storage';
import { useSync } from './sync';
import { useTeam } from './team';
import { useToday } from './today';
import { useTurns } from './turns';

export function followCore(): Promise<() => void> {
  const bench = useBench();
  const board = useBoard();
  const jobs = useJobs();
  const mine = useMine();
  const notices = useNotices();
  const orders = useOrders();
  const review = useReview();
  const roster = useRoster();
  const session = useSession();
  const storage = useStorage();
  const sync = useSync();
  const team = useTeam();
  const today = useToday();
  const turns = useTurns();
  const books = useBooks();

  const fetch = (...work: Promise<void>[]) => {
    Promise.all(work).catch((error: unknown) => notices.failed(error));
  };

  function lists(): Promise<void>[] {
    const shown = [today, board, orders, review].filter((store) => ('list' in store ? store.list : store.view) !== null);
    return [...shown.map((store) => store.load()), ...(bench.watched ? [bench.loadQueue()] : [])];
  }

  /** What this member has, and what waits for the owner: where somebody looked at it. */
  function ledgers(): Promise<void>[] {
    return [
      ...(mine.view ? [mine.load()] : []),
      ...(mine.month ? [mine.loadMonth()] : []),
      ...(turns.view ? [turns.load()] : []),
      ...books.again(),
    ];
  }

  function follow(event: CoreEvent): void {
    switch (event.kind) {
      case 'jobs_changed':
        turns.forget(event.jobs);
        fetch(jobs.refresh(event.jobs), ...lists(), ...ledgers());
        break;
      case 'visits_taken':
        books.visitsTaken = event.jobs;
        break;
      case 'papers_changed':
        // Rule sets and roster say what a job needs.
        fetch(jobs.refresh(), ...lists(), ...ledgers(), ...(roster.view ? [roster.load()] : []));
        break;
      case 'team_changed':
        fetch(
          session.load(),
          ...(team.view ? [team.load()] : []),
          ...(review.view ? [review.load()] : []),
          ...(board.view ? [board.load()] : []),
        );
        break;
      case 'sync_changed':
        sync.chip = event.chip;
        fetch(...(sync.view ? [sync.load()] : []), ...(review.view ? [review.load()] : []), ...(team.view ? [team.load()] : []));
        break;
      case 'photo_moved':
        sync.photoMoved(event.photo, { done: event.done, total: event.total });
        break;
      case 'storage_changed':
        fetch(storage.load());
        break;
      case 'task_moved':
        storage.moved(event.task, event.progress);
        break;
      case 'device_refused':
        session.refused = true;
        break;
    }
  }

  function missed(): void {
    fetch(
      session.load(),
      jobs.refresh(),
      ...lists(),
      ...ledgers(),
      ...(sync.view ? [sync.load()] : []),
      ...(team.view ? [team.load()] : []),
    );
  }

  return onCoreEvent(follow, missed);
}
