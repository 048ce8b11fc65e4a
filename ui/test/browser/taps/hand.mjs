/** A technician's hand: every tap goes through it and is counted; what isn't a tap goes through it as well, uncounted. */
import assert from 'node:assert/strict';
import { core, T } from '../stage.mjs';

export class Hand {
  taps = 0;
  told = [];
  facts = [];

  /** `shots` begins the names of the pictures that are taken on the way, where any are. */
  constructor(page, address, shots) {
    this.page = page;
    this.address = address;
    this.shots = shots;
    page.on('response', (response) => {
      if (response.url().endsWith('/ipc/note_fact') && response.ok()) this.facts.push(response.request().postDataJSON().input.fact);
    });
  }

  /** The facts of one kind that the core took: not all that it holds of them is in a view. */
  noted(kind) {
    return this.facts.filter((each) => each.fact === kind);
  }

  async look(what) {
    if (this.shots) await this.page.screenshot({ path: `${this.shots} ${what}.png`.replaceAll(' ', '-') });
  }

  /** One tap on a control that can be seen. */
  async tap(name, within = '') {
    this.count(name);
    await this.page
      .locator(`${within} ${T(name)}`.trim())
      .first()
      .tap();
  }

  count(name) {
    this.taps += 1;
    this.told.push(name);
  }

  /** A tap into a field, and a text whose letters don't count. */
  async type(name, text) {
    await this.tap(name);
    await this.page.keyboard.type(text);
  }

  /** Choices of an open form, each one tap. */
  async pick(choices) {
    for (const [field, choice] of Object.entries(choices)) await this.tap(`mend-${field}-${choice}`);
  }

  /** Texts of an open form, each a tap into its field. */
  async write(texts) {
    for (const [field, text] of Object.entries(texts)) await this.type(`mend-${field}`, text);
  }

  /** More behind what a text of the open form says already. */
  async add(field, text) {
    await this.tap(`mend-${field}`);
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /** A day of an open form, as the phone's own calendar gives it. */
  async day(field, date) {
    await this.tap(`mend-${field}`);
    await this.page.locator(T(`mend-${field}`)).fill(date);
  }

  /** The open form is saved, and gone. */
  async save() {
    await this.tap('mend-save');
    await this.page.waitForSelector(T('mend'), { state: 'detached' });
  }

  /** An outcome that is shut: its gate is opened, and the notice that it wants. */
  async notice(outcome) {
    await this.tap('failing-ways');
    await this.sees('other-outcomes');
    const gate = T(`gate-${outcome}`);
    this.count(`gate-${outcome}`);
    await this.page.locator(`${gate} summary`).tap();
    await this.tap('blocker', gate);
    await this.sees('form-notice');
  }

  /** Ends it with an outcome that was shut. */
  async endAs(outcome) {
    await this.tap(`outcome-${outcome}`);
    await this.look('outcome');
    await this.tap('finish-confirm');
    await this.sees('job-finished');
  }

  /** The end: what the customer signs. */
  async sign(name) {
    await this.sees('services-all');
    await this.tap('services-all');
    await this.page.waitForSelector(T('services-all'), { state: 'detached' });
    await this.type('sign-name', name);
    await this.look('finish');
    await this.tap('finish-confirm');
    await this.sees('job-finished');
  }

  /**
   * A photo as a finger takes it: a tap on its tile opens the camera in the page, and each shutter is another. It stays open for the
   * next one until all that are wanted are taken.
   */
  async shoot(name = 'next') {
    await this.aim(name);
    await this.during('add_photo', () => this.tap('shutter'));
  }

  /** The camera is open, and shows something. */
  async aim(name) {
    if ((await this.page.locator(T('camera')).count()) === 0) {
      this.count(`shoot-${name}`);
      const tile = this.page.locator(`label:has(${T(`shoot-${name}`)}:enabled)`);
      await tile.first().tap();
    }
    await this.sees('camera', 'live', 'true');
  }

  /** 灯正常: one photo of the socket tester, which answers each row that its lamps can. */
  async lampsNormal() {
    await this.aim('lamps');
    await this.during('record_reading', () => this.tap('shutter'));
    await this.page.waitForSelector(T('shoot-lamps'), { state: 'detached' });
  }

  /** Enough was shot. */
  async lower() {
    if ((await this.page.locator(T('camera')).count()) > 0) await this.tap('camera-close');
  }

  /** Digits don't count. */
  async keys(figure) {
    for (const key of figure) await this.page.locator(T(key === '.' ? 'pad-point' : `pad-${key}`)).tap();
  }

  /** A deed, and the core's answer to the command that it leads to. */
  async during(command, deed) {
    const said = this.page.waitForResponse((response) => response.url().endsWith(`/ipc/${command}`) && response.ok());
    await Promise.all([said, deed()]);
  }

  /** The open row is measured in the way that was remembered, else in its first. */
  async method(code) {
    const row = await this.page.waitForSelector(`${T(`row-${code}`)}.open`);
    const [first, picked] = [await row.$('[data-test^="method-"]'), await row.$('[data-test^="method-"][aria-checked="true"]')];
    if (!first || picked) return;
    this.count('method');
    await first.tap();
  }

  /** A figure: with all its decimals it is saved by itself, else by the pad's own button, which counts. */
  async measure(code, figure, { itself = figure.includes('.') } = {}) {
    await this.method(code);
    await this.during('record_reading', async () => {
      await this.keys(figure);
      if (!itself) await this.tap('pad-save');
    });
  }

  async choose(code, option) {
    await this.method(code);
    await this.during('record_reading', () => this.tap(`choice-${option}`, T(`row-${code}`)));
  }

  /** A row of the check as `code value`: a word of its grid, or a figure. */
  async check(rows) {
    for (const [code, value] of rows) await (/^\d/.test(value) ? this.measure(code, value) : this.choose(code, value));
  }

  /** A card of the day's list, which draws only what is near: scrolling doesn't count. */
  async open(job) {
    const card = this.page.locator(`[data-row="${job}"]`);
    await this.sees('job-card');
    for (let turn = 0; turn < 20 && (await card.count()) === 0; turn += 1) {
      await this.page.mouse.wheel(0, 500);
      await this.page.waitForTimeout(100);
    }
    await this.tap('job-card', `[data-row="${job}"]`);
  }

  /** From the day's list to the card that the customer was shown. */
  async arrive(job) {
    await this.open(job);
    await this.sees('next-step', 'step', 'depart');
    await this.tap('next-step');
    await this.sees('next-step', 'step', 'arrive');
    await this.tap('next-step');
    await this.sees('card-next');
    await this.tap('card-next');
  }

  sees(name, key, value) {
    return this.page.waitForSelector(key ? `${T(name)}[data-${key}="${value}"]` : T(name));
  }

  job(job) {
    return core(this.address, 'job', { job });
  }
}

/** What the core says of a finished job. */
export async function ended(hand, job, outcome, fen) {
  const view = await hand.job(job);
  const fees = await core(hand.address, 'fees', { job });
  assert.equal(view.card.outcome, outcome);
  assert.ok(view.card.finished_at !== null, 'finished');
  if (fen === undefined) return view;
  assert.equal(fees.sums.customer, fen, 'what the customer pays');
  assert.equal(fees.sums.owed, 0, 'all of it was taken');
  assert.deepEqual(fees.problems, []);
  return view;
}

/** Every row that was asked for, and its last verdict. */
export function verdicts(unit) {
  return Object.fromEntries(unit.readings.filter((row) => row.required).map((row) => [row.code, row.records.at(-1)?.verdict.verdict]));
}

/** Lines of the bill as `code: yuan`, in their order. */
export async function lines(hand, job) {
  const fees = await core(hand.address, 'fees', { job });
  return Object.fromEntries(fees.lines.filter((line) => line.off === null).map((line) => [line.code, line.amount_fen / 100]));
}
