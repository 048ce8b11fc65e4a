/** Every screen of both shells, how it is come to, and what is open on it. `ready` is there when it can be looked at. */
import { T } from './stage.mjs';

const JOB = '/field/job/01KAJ9Z0000000000000000001';
const click =
  (...names) =>
  async (page) => {
    for (const name of names)
      await page
        .locator(name.startsWith('css=') ? name : T(name))
        .first()
        .click();
  };
const thenSee = (deed, name) => async (page) => {
  await deed(page);
  await page.waitForSelector(T(name));
};
/** All that is folded is open. */
const unfold = (page) =>
  page.evaluate(() => {
    document.querySelectorAll('details').forEach((each) => (each.open = true));
  });

/** The tile of a photo; its input is hidden in it. */
const TILE = `css=label:has(${T('shoot-nameplate')})`;
/** A person who does not let the app have the camera. */
async function refused(page) {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await click(TILE)(page);
}

/** The phone. */
const FIELD = [
  ['first start, by link', { path: '/enrol', role: 'new', ready: 'enrol-link' }],
  ['first start, by code', { path: '/enrol', role: 'new', ready: 'enrol-by-code', act: thenSee(click('enrol-by-code'), 'enrol-code') }],
  [
    'first start, a sample',
    { path: '/enrol', role: 'new', ready: 'enrol-by-sample', act: thenSee(click('enrol-by-sample'), 'sample-field') },
  ],
  [
    'today, of a sample',
    { path: '/enrol', role: 'new', ready: 'enrol-by-sample', act: thenSee(click('enrol-by-sample', 'sample-field'), 'sample-bar') },
  ],
  ['start, data on its way to a new version', { path: '/field/today', tale: 'opening', ready: 'start-progress', tongue: 'start-language' }],
  [
    'start, data that does not open',
    { path: '/field/today', tale: 'closed', ready: 'start-failed', tongue: 'start-language', act: unfold },
  ],
  ['today', { path: '/field/today', ready: 'job-card' }],
  ['today, empty', { path: '/field/today', tale: 'quiet', ready: 'empty' }],
  ['today, 500 jobs', { path: '/field/today', tale: 'rush', ready: 'job-card' }],
  ['find', { path: '/field/find', ready: 'find' }],
  ['find, found', { path: '/field/find', tale: 'visit', ready: 'find', act: thenSee((page) => page.fill(T('find'), '王芳'), 'found') }],
  ['find, none', { path: '/field/find', ready: 'find', act: thenSee((page) => page.fill(T('find'), '无此人'), 'empty') }],
  ['job', { path: JOB, ready: 'next-step', act: unfold }],
  ['job, in a visit', { path: JOB, tale: 'visit', ready: 'next-step', act: thenSee(click('all-blockers'), 'blockers') }],
  ['proof for the customer', { path: `${JOB}/proof`, tale: 'done', ready: 'proof-image' }],
  ['job, an emergency', { path: JOB, tale: 'alarm', ready: 'call-words' }],
  ['job, a step entered later', { path: JOB, ready: 'next-step', act: thenSee(click('late-open'), 'late-save') }],
  ['job, the clock stopped', { path: JOB, tale: 'visit', ready: 'work-clock', act: thenSee(click('clock-stop'), 'mend-save') }],
  ['job, an appointment', { path: JOB, ready: 'next-step', act: thenSee(click('visit-appointment'), 'mend-from') }],
  ['job, finished', { path: JOB, tale: 'done', ready: 'job-finished' }],
  [
    'job, a service',
    { path: JOB, tale: 'visit', ready: 'next-step', act: thenSee(click('service-maintain', 'answer-not_applicable'), 'service-reason') },
  ],
  ['job, which map', { path: JOB, ready: 'next-step', act: thenSee(click('job-map'), 'map-amap') }],
  ['job, a text to the customer', { path: JOB, ready: 'next-step', act: thenSee(click('job-message'), 'message-text') }],
  ['job, who else is here', { path: JOB, ready: 'next-step', act: thenSee(click('crew', 'mate-田勇'), 'crew-one') }],
  [
    'job, digits by voice',
    {
      path: JOB,
      role: 'owner',
      ready: 'spoken',
      act: thenSee(async (page) => {
        await unfold(page);
        await page.fill(T('spoken-sum'), '150');
        await page.click(T('spoken-say'));
      }, 'spoken-digits'),
    },
  ],
  ['a walk-in', { path: '/field/walk-in', ready: 'walk-in' }],
  ['card', { path: `${JOB}/card`, tale: 'visit', ready: 'card-recorded' }],
  ['safety check', { path: `${JOB}/safety`, ready: 'row-socket_polarity' }],
  ['safety check, failed', { path: `${JOB}/safety`, tale: 'visit', ready: 'row-earth_resistance', act: click('open-earth_resistance') }],
  [
    'safety check, the pad',
    { path: `${JOB}/safety`, ready: 'row-earth_resistance', act: thenSee(click('open-earth_resistance'), 'pad-save') },
  ],
  [
    'safety check, a reason',
    { path: `${JOB}/safety`, ready: 'row-socket_polarity', act: thenSee(click('not-measured-socket_polarity'), 'reason-text') },
  ],
  ['sheet', { path: `${JOB}/sheet`, ready: 'field-serial', act: unfold }],
  ['sheet, in a visit', { path: `${JOB}/sheet`, tale: 'visit', ready: 'part-row', act: unfold }],
  ['sheet, a hazard', { path: `${JOB}/sheet`, tale: 'visit', ready: 'add-hazard', act: thenSee(click('add-hazard'), 'mend-households') }],
  ['sheet, a photo', { path: `${JOB}/sheet`, tale: 'visit', ready: 'photo', act: thenSee(click('photo'), 'picture-image') }],
  ['sheet, the camera', { path: `${JOB}/sheet`, tale: 'visit', ready: 'photo', act: thenSee(click(TILE), 'camera"][data-live="true') }],
  ['sheet, no camera', { path: `${JOB}/sheet`, tale: 'visit', ready: 'photo', act: thenSee(refused, 'camera-unusable') }],
  ['sheet, drawing', { path: `${JOB}/sheet`, tale: 'visit', ready: 'photo', act: thenSee(click('photo', 'draw'), 'canvas') }],
  ['fees, due by the records', { path: `${JOB}/fees`, ready: 'fee-sum' }],
  ['fees, in every state', { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: unfold }],
  ['fees, after the work', { path: `${JOB}/fees`, tale: 'done', ready: 'fee-finished' }],
  ['fees, more items', { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: thenSee(click('fee-more'), 'offer-km') }],
  [
    'fees, a line above guide',
    {
      path: `${JOB}/fees`,
      tale: 'money',
      ready: 'fee-sum',
      act: thenSee(click('fee-more', 'offer-bracket', 'figure-price', 'pad-1', 'pad-5', 'pad-0'), 'fee-above'),
    },
  ],
  ['fees, an own line', { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: thenSee(click('fee-free'), 'fee-name') }],
  [
    'fees, adjusting',
    { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: thenSee(click('css=[data-test^=adjust-]'), 'fee-adjust') },
  ],
  ['fees, collecting', { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: thenSee(click('collect-qr'), 'collect-code') }],
  [
    'fees, another payment',
    { path: `${JOB}/fees`, tale: 'money', ready: 'fee-sum', act: thenSee(click('pay-other', 'pay-way-personal'), 'pay-personal') },
  ],
  ['finish', { path: `${JOB}/finish`, tale: 'visit', ready: 'finish-blockers', act: unfold }],
  ['finish, mending', { path: `${JOB}/finish`, tale: 'visit', ready: 'other-outcomes', act: mending('hazard_remaining') }],
  ['finish, a form', { path: `${JOB}/finish`, tale: 'visit', ready: 'other-outcomes', act: mending('refused_unsafe') }],
  ['bench', { path: `${JOB}/bench`, tale: 'bench', ready: 'bench-next' }],
  ['bench, a form', { path: `${JOB}/bench`, tale: 'bench', ready: 'bench-next', act: thenSee(click('bench-next'), 'mend-late') }],
  ['bench, the tag on paper', { path: `${JOB}/proof?kind=bench_tag`, tale: 'bench', ready: 'proof-image' }],
  ['bench, still at home', { path: `${JOB}/bench`, ready: 'bench-next' }],
  ['bench, the queue', { path: '/field/bench', tale: 'bench', ready: 'queued-unit' }],
  ['bench, nobody waits', { path: '/field/bench', ready: 'empty' }],
  [
    'conflict',
    { path: `${JOB}/conflict`, tale: 'contested', ready: 'conflict-field', act: thenSee(click('conflict-third'), 'conflict-typed') },
  ],
  [
    'conflict, a time',
    {
      path: `${JOB}/conflict`,
      role: 'owner',
      tale: 'moved',
      ready: 'conflict-field',
      act: thenSee(click('conflict-third'), 'conflict-time'),
    },
  ],
  ['conflict, none', { path: `${JOB}/conflict`, ready: 'empty' }],
  ['sync, written in two ways', { path: '/field/sync', tale: 'contested', ready: 'contested' }],
  ['sync', { path: '/field/sync', tale: 'visit', ready: 'stuck' }],
  ['sync, nothing yet', { path: '/field/sync', tale: 'quiet', ready: 'sync-nothing-waiting' }],
  ['me', { path: '/field/me', ready: 'me-name' }],
  ['pay', { path: '/field/me/earned', ready: 'wage-entry', act: unfold }],
  ['pay, an advance', { path: '/field/me/earned', ready: 'ask-advance', act: thenSee(click('ask-advance'), 'pad-save') }],
  ['cash', { path: '/field/me/cash', ready: 'cash', act: thenSee(click('hand-in'), 'pad-save') }],
  ['parts', { path: '/field/me/stock', ready: 'stock-line' }],
  ['parts, none', { path: '/field/me/stock', tale: 'quiet', ready: 'empty' }],
  ['parts, asking', { path: '/field/me/stock', ready: 'stock-line', act: thenSee(click('ask'), 'ask-send') }],
  ['papers', { path: '/field/me/papers', ready: 'paper' }],
  ['to decide', { path: '/field/turns', role: 'owner', ready: 'turn' }],
  ['to decide, an evening', { path: '/field/turns', role: 'owner', tale: 'evening', ready: 'approve-all' }],
  ['to decide, assigning', { path: '/field/turns', role: 'owner', ready: 'turn', act: thenSee(click('assign'), 'assign-sheet') }],
  ['job, the reply', { path: JOB, tale: 'done', ready: 'job-finished', act: thenSee(click('reply'), 'reply-text') }],
  ['this device', { path: '/field/storage', tale: 'visit', ready: 'storage', act: unfold }],
].map(([name, screen]) => ({ name, shell: 'field', ...screen }));

function mending(outcome) {
  return async (page) => {
    await page.click(`${T(`gate-${outcome}`)} summary`);
    await page.click(`${T(`gate-${outcome}`)} ${T('blocker')}`);
    await page.waitForSelector(T('mend'));
  };
}

/** The desk. */
const DESK = [
  ['board', { path: '/desk/board', ready: 'bar' }],
  [
    'board, of a sample',
    { path: '/enrol', role: 'new', ready: 'enrol-by-sample', act: thenSee(click('enrol-by-sample', 'sample-desk'), 'sample-bar') },
  ],
  ['board, none', { path: '/desk/board', tale: 'quiet', ready: 'alerts-none' }],
  ['board, whom to send', { path: '/desk/board', ready: 'bar', act: thenSee(click('pool-card'), 'suggest-line') }],
  [
    'board, a grade set aside',
    { path: '/desk/board', ready: 'bar', act: thenSee(click('css=[data-test=pool-card]:last-of-type', 'suggest-小邓'), 'aside-reason') },
  ],
  ['orders', { path: '/desk/orders', ready: 'order-row' }],
  ['orders, none', { path: '/desk/orders', tale: 'quiet', ready: 'empty' }],
  ['orders, narrowed', { path: '/desk/orders?filters=1&left=1', ready: 'order-row' }],
  ['orders, 500', { path: '/desk/orders', tale: 'rush', ready: 'order-row' }],
  [
    'orders, found',
    {
      path: '/desk/orders',
      tale: 'visit',
      ready: 'order-row',
      act: thenSee((page) => page.fill(`${T('orders-search')}`, '王芳'), 'orders-found'),
    },
  ],
  ['orders, a job', { path: '/desk/orders', tale: 'visit', ready: 'order-row', act: thenSee(click('order-row'), 'job-panel') }],
  [
    'orders, a photo',
    { path: '/desk/orders', tale: 'visit', ready: 'order-row', act: thenSee(click('order-row', 'photo'), 'picture-image') },
  ],
  [
    'orders, a conflict',
    { path: '/desk/orders', tale: 'contested', ready: 'order-row', act: thenSee(click('order-row', 'conflict-open'), 'conflict-field') },
  ],
  ['orders, assigning', { path: '/desk/orders', ready: 'order-row', act: thenSee(click('assign'), 'assign-done') }],
  [
    'orders, a new one',
    { path: '/desk/orders', ready: 'new-order', act: thenSee(click('new-order', 'order-add-appliance'), 'order-appliance-2') },
  ],
  [
    'orders, a caller who is known',
    {
      path: '/desk/orders',
      ready: 'new-order',
      act: thenSee(async (page) => {
        await click('new-order')(page);
        await page.fill(T('order-phone'), '13800001234');
        await page.fill(T('order-symptom'), '有煤气味');
        await page.waitForSelector(T('call-script'));
      }, 'call-known'),
    },
  ],
  ['orders, a table', { path: '/desk/orders/import', ready: 'import-pick' }],
  [
    'orders, a table looked at',
    {
      path: '/desk/orders/import',
      ready: 'import-pick',
      act: thenSee(
        (page) => page.setInputFiles(T('import-file'), { name: '派工.csv', mimeType: 'text/csv', buffer: Buffer.from('客户') }),
        'import-rows',
      ),
    },
  ],
  ['day review', { path: '/desk/review', ready: 'review-row' }],
  ['day review, empty', { path: '/desk/review', tale: 'quiet', ready: 'all-arrived' }],
  ['day review, charts', { path: '/desk/review?pane=charts', ready: 'charts' }],
  ['day review, money', { path: '/desk/review?pane=money', ready: 'hand-in' }],
  ['day review, cash from a member', { path: '/desk/review?pane=money', ready: 'take-own', act: thenSee(click('take-own'), 'cash-form') }],
  ['day review, to decide', { path: '/desk/review?pane=decide', ready: 'decide-pane', act: thenSee(click('grant-other'), 'grant-sum') }],
  ['day review, sample', { path: '/desk/review?pane=sample', ready: 'sample-pane', act: thenSee(click('sample-draw'), 'sample-job') }],
  ['day review, a sheet', { path: '/desk/review', tale: 'visit', ready: 'review-row', act: thenSee(click('review-row'), 'job-panel') }],
  ['customers', { path: '/desk/customers', ready: 'customer-row' }],
  ['customers, none', { path: '/desk/customers', tale: 'quiet', ready: 'empty' }],
  ['customers, one', { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('customer-row'), 'customer') }],
  [
    'customers, a contract',
    { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('customer-row', 'contract-add'), 'contract-form') },
  ],
  ['customers, a sale', { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('customer-row', 'refer-add'), 'refer-form') }],
  ['customers, to be reported', { path: '/desk/customers?tab=unreported', ready: 'unreported-row' }],
  ['customers, reminders', { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('tab-due'), 'due-row') }],
  ['customers, calls', { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('tab-calls', 'call-record'), 'call-form') }],
  ['customers, failures', { path: '/desk/customers', ready: 'customer-row', act: thenSee(click('tab-failures'), 'failure-row') }],
  ['parts', { path: '/desk/parts', ready: 'part-row' }],
  ['parts, none', { path: '/desk/parts', tale: 'quiet', ready: 'empty' }],
  ['parts, one', { path: '/desk/parts', ready: 'part-row', act: thenSee(click('part-row'), 'terms-form') }],
  ['parts, requests', { path: '/desk/parts', ready: 'part-row', act: thenSee(click('tab-requests'), 'turn') }],
  ['parts, old parts', { path: '/desk/parts', ready: 'part-row', act: thenSee(click('tab-old', 'old-pick'), 'old-acts') }],
  ['parts, movements', { path: '/desk/parts', ready: 'part-row', act: thenSee(click('tab-moves'), 'move-row') }],
  [
    'parts, a list beside the one in force',
    {
      path: '/desk/parts/list',
      ready: 'import-pick',
      act: thenSee(
        (page) => page.setInputFiles(T('import-file'), { name: '配件.csv', mimeType: 'text/csv', buffer: Buffer.from('编码') }),
        'list-rows',
      ),
    },
  ],
  ['settlement', { path: '/desk/settlement', ready: 'claim-row' }],
  ['settlement, none', { path: '/desk/settlement', tale: 'quiet', ready: 'empty' }],
  ['settlement, a claim', { path: '/desk/settlement', ready: 'claim-row', act: thenSee(click('claim-row'), 'claim-could') }],
  [
    'settlement, a deduction',
    {
      path: '/desk/settlement',
      ready: 'claim-row',
      act: thenSee(click('css=[data-state=submitted]', 'step-deducted'), 'step-reason'),
    },
  ],
  ['settlement, many', { path: '/desk/settlement', ready: 'claim-row', act: thenSee(click('choose-all'), 'chosen') }],
  ['settlement, an answer', { path: '/desk/settlement/answer?maker=北岭&month=2026-11', ready: 'import-pick' }],
  [
    'settlement, an answer beside the claims',
    {
      path: '/desk/settlement/answer?maker=北岭&month=2026-11',
      ready: 'import-pick',
      act: thenSee(
        (page) => page.setInputFiles(T('import-file'), { name: '北岭回单.csv', mimeType: 'text/csv', buffer: Buffer.from('工单号') }),
        'answer-rows',
      ),
    },
  ],
  ['wages', { path: '/desk/wages', ready: 'wage-row' }],
  ['wages, a month', { path: '/desk/wages', ready: 'wage-row', act: thenSee(click('wage-row'), 'member-month') }],
  ['prices', { path: '/desk/prices', ready: 'price-row' }],
  ['prices, a new file', { path: '/desk/prices', ready: 'price-row', act: thenSee(click('price-import'), 'set-choose') }],
  ['sync', { path: '/desk/sync', tale: 'visit', ready: 'stuck' }],
  ['sync, written in two ways', { path: '/desk/sync', tale: 'contested', ready: 'contested' }],
  ['team', { path: '/desk/team', ready: 'member-row' }],
  ['team, nobody', { path: '/desk/team', tale: 'quiet', ready: 'add-member' }],
  ['team, papers of a member', { path: '/desk/team', ready: 'person', act: thenSee(click('papers-冉小军'), 'paper-line') }],
  ['team, a new member', { path: '/desk/team', ready: 'add-member', act: thenSee(click('add-member'), 'member-name') }],
  ['team, an invitation', { path: '/desk/team', ready: 'member-row', act: thenSee(click('invite-田勇'), 'invite-qr') }],
  ['team, a member leaves', { path: '/desk/team', ready: 'member-row', act: thenSee(click('leave-冉小军'), 'leave-confirm') }],
  ['team, roles of a member', { path: '/desk/team', ready: 'member-row', act: thenSee(click('roles-田勇'), 'roles-save') }],
  ['team, a lost device', { path: '/desk/team', ready: 'device-row', act: thenSee(click('device-lost'), 'lost-confirm') }],
  ['this device', { path: '/desk/storage', tale: 'visit', ready: 'storage' }],
  ['settings', { path: '/desk/settings', ready: 'settings-relay' }],
  ['settings, rules', { path: '/desk/settings/rules', ready: 'set-row' }],
  [
    'settings, a set compared',
    {
      path: '/desk/settings/rules?kind=limits',
      ready: 'set-row',
      act: thenSee(async (page) => {
        await page.click(T('set-import'));
        await page.setInputFiles(T('set-file'), { name: 'limits.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
      }, 'changed-job'),
    },
  ],
  ['settings, windows and limits', { path: '/desk/settings/words', ready: 'form-row' }],
  ['settings, wording', { path: '/desk/settings/words?kind=replies', ready: 'form-row' }],
  ['settings, authorisations', { path: '/desk/settings/papers', ready: 'brand-row' }],
  ['settings, relay', { path: '/desk/settings/relay', ready: 'drill-result' }],
  ['settings, a drill', { path: '/desk/settings/relay', ready: 'drill-result', act: click('drill-begin') }],
  [
    'settings, the collection code',
    {
      path: '/desk/settings',
      ready: 'collection',
      act: thenSee(async (page) => {
        await page.fill(T('collection-text'), 'https://pay.example/柘川县城关网点');
        await page.click(T('collection-save'));
        await page.waitForSelector(T('notice-done'));
        await page.waitForSelector(T('notice-done'), { state: 'detached' });
      }, 'collection-code'),
    },
  ],
].map(([name, screen]) => ({ name, shell: 'desk', role: 'owner', ...screen }));

/** Those of both shells whose name, as `field: today`, has the words in it. */
export const screensWith = (words) => [...FIELD, ...DESK].filter((each) => `${each.shell}: ${each.name}`.includes(words));
