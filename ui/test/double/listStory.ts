/** What a core answers whatever happened before, and the list over all the years, narrowed down and page by page. */
import type { JobCard, JobList, ListJobs } from '@schemas';
import { pickLists } from '../outletBuilders';
import { CODE_SVG } from './code';
import { TeamStory } from './teamStory';
import { cardCode } from './visitDeeds';

export abstract class ListStory extends TeamStory {
  do_pick_lists = () => pickLists();
  do_card_code = cardCode;
  do_invite = () => ({
    link: 'doorstep:enrol?relay=http://127.0.0.1:8470&code=7K2M9QXA&key=00',
    code: '7K2M9QXA',
    expires: Date.now() + 600_000,
    qr_svg: CODE_SVG,
  });
  abstract do_orders: () => JobList;
  /** Rows of a page of the list over all the years. */
  listPage = 200;
  /** What is agreed for later days. */
  coming: JobCard[] = [];
  do_list_jobs(asked: ListJobs): JobList {
    if (asked.days !== null && asked.days.from > Date.now()) return { jobs: this.coming, next: null };
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
