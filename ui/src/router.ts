/** Which screen is where. Each shell comes in files of its own, so that a phone never fetches the desk's libraries. */
import type { Shell } from '@schemas';
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import { speakDesk, speakHand, speakStart } from './i18n';
import { shellFor, useSession } from './stores/session';

export const HOME: Record<Shell, string> = { field: '/field/today', desk: '/desk/board' };

/** A page that brings texts of its own. */
const inHand =
  <Page>(page: () => Promise<Page>) =>
  async () =>
    (await Promise.all([page(), speakHand()]))[0];

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/field/today' },
  { path: '/enrol', component: async () => (await Promise.all([import('./start/EnrolPage.vue'), speakStart()]))[0] },
  {
    path: '/field',
    component: () => import('./field/FieldShell.vue'),
    children: [
      { path: 'today', component: () => import('./field/TodayPage.vue'), meta: { tabs: true } },
      { path: 'sync', component: () => import('./field/SyncPage.vue'), meta: { tabs: true } },
      { path: 'me', component: () => import('./field/MePage.vue'), meta: { tabs: true } },
      { path: 'me/earned', component: () => import('./field/me/EarnedPage.vue') },
      { path: 'me/cash', component: () => import('./field/me/CashPage.vue') },
      { path: 'me/stock', component: () => import('./field/me/StockPage.vue') },
      { path: 'me/papers', component: () => import('./field/me/PapersPage.vue') },
      { path: 'turns', component: () => import('./field/turns/TurnsPage.vue'), meta: { tabs: true } },
      { path: 'storage', component: () => import('./field/StoragePage.vue') },
      { path: 'find', component: () => import('./field/FindPage.vue') },
      { path: 'walk-in', component: inHand(() => import('./field/walkin/WalkInPage.vue')) },
      { path: 'job/:job', component: inHand(() => import('./field/JobPage.vue')), props: true },
      { path: 'job/:job/card', component: inHand(() => import('./field/CardPage.vue')), props: true },
      { path: 'job/:job/safety', component: inHand(() => import('./field/SafetyPage.vue')), props: true },
      { path: 'job/:job/sheet', component: inHand(() => import('./field/SheetPage.vue')), props: true },
      { path: 'job/:job/proof', component: inHand(() => import('./field/proof/ProofPage.vue')), props: true },
      { path: 'job/:job/fees', component: () => import('./field/fees/FeesPage.vue'), props: true },
      { path: 'bench', component: () => import('./field/bench/QueuePage.vue') },
      { path: 'job/:job/bench', component: inHand(() => import('./field/bench/BenchPage.vue')), props: true },
      { path: 'job/:job/conflict', component: () => import('./field/ConflictPage.vue'), props: true },
      { path: 'job/:job/finish', component: inHand(() => import('./field/FinishPage.vue')), props: true },
    ],
  },
  {
    path: '/desk',
    component: async () => (await Promise.all([import('./desk/DeskShell.vue'), speakDesk()]))[0],
    children: [
      { path: 'board', component: () => import('./desk/board/BoardPage.vue') },
      { path: 'orders', component: () => import('./desk/OrdersPage.vue') },
      { path: 'review', component: () => import('./desk/review/ReviewPage.vue') },
      { path: 'customers', component: () => import('./desk/customers/CustomersPage.vue') },
      { path: 'customers/:phone', component: () => import('./desk/customers/CustomersPage.vue'), props: true },
      { path: 'parts', component: () => import('./desk/parts/PartsPage.vue') },
      { path: 'parts/list', component: () => import('./desk/parts/PartListPage.vue') },
      { path: 'settlement', component: () => import('./desk/settlement/SettlementPage.vue') },
      { path: 'settlement/answer', component: () => import('./desk/settlement/AnswerPage.vue') },
      { path: 'wages', component: () => import('./desk/wages/WagesPage.vue') },
      { path: 'prices', component: () => import('./desk/prices/PricesPage.vue') },
      { path: 'orders/import', component: () => import('./desk/orders/ImportPage.vue') },
      { path: 'sync', component: () => import('./desk/SyncPage.vue') },
      { path: 'team', component: () => import('./desk/TeamPage.vue') },
      { path: 'storage', component: () => import('./desk/StoragePage.vue') },
      { path: 'settings', component: () => import('./desk/settings/GeneralPage.vue') },
      { path: 'settings/rules', component: () => import('./desk/settings/RulesPage.vue') },
      { path: 'settings/words', component: () => import('./desk/settings/WordsPage.vue') },
      { path: 'settings/papers', component: () => import('./desk/settings/PapersPage.vue') },
      { path: 'settings/relay', component: () => import('./desk/settings/RelayPage.vue') },
    ],
  },
  { path: '/:rest(.*)*', redirect: '/' },
];

const DRAWN_MS = 50;

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  // A page has its height once it is drawn (PageFrame).
  scrollBehavior: (_to, _from, saved) => (saved ? new Promise((done) => setTimeout(() => done(saved), DRAWN_MS)) : { top: 0 }),
});

/** The pages that every visit goes through. */
const EVERY_VISIT = ['', '/card', '/safety', '/sheet', '/finish'].map((page) => `/field/job/:job${page}`);

/** Fetches them before anybody taps on one: a slow phone takes longer to read them than a person waits for. */
export function warmJobPages(): void {
  for (const { path, components } of router.getRoutes()) {
    const page = EVERY_VISIT.includes(path) ? components?.default : undefined;
    if (typeof page === 'function') void (page as () => Promise<unknown>)();
  }
}

/** Where this person belongs instead of `path`; `null` when they may be there. */
export function placeFor(path: string): string | null {
  const session = useSession().view;
  if (!session) return null;
  if (!session.enrolled) return path === '/enrol' ? null : '/enrol';
  const shell = shellFor(session, window.innerWidth);
  return path.startsWith(`/${shell}/`) ? null : HOME[shell];
}

router.beforeEach((to) => placeFor(to.path) ?? true);
