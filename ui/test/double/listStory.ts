/** The list over all the years, narrowed down and page by page. */
import type { JobCard, JobList, ListJobs } from '@schemas';
import { ConflictStory } from './conflictStory';

export abstract class ListStory extends ConflictStory {
  abstract do_orders: () => JobList;
  /** Rows of a page of the list over all the years. */
  listPage = 200;
  do_list_jobs(asked: ListJobs): JobList {
    const fits = (card: JobCard) =>
      (asked.status === null || card.status === asked.status) &&
      (asked.member === null || card.assignees.some((each) => each.id === asked.member)) &&
      (asked.township === null || card.township === asked.township) &&
      (asked.phone === null || card.phone === asked.phone) &&
      (!asked.open || card.finished_at === null);
    const from = Number(asked.after ?? 0);
    const all = this.do_orders().jobs.filter(fits);
    const to = from + this.listPage;
    return { jobs: all.slice(from, to), next: to < all.length ? String(to) : null };
  }
}
