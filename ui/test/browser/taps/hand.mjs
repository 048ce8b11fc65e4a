/** A technician's hand: every tap goes through it and is counted; what isn't a tap goes through it as well, uncounted. */
import assert from 'node:assert/strict';
import { core, picture, T } from '../stage.mjs';

export class Hand {
  taps = 0;
  told = [];

  constructor(page, address) {
    this.page = page;
    this.address = address;
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

  /** The shutter: the picture that the camera hands over. */
  async shoot(name = 'next') {
    this.count(`shutter ${name}`);
    const shot = await picture(this.page);
    const shutter = this.page.locator(`${T(`shoot-${name}`)}:enabled`).first();
    await this.during('add_photo', () => shutter.setInputFiles(shot));
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

  /** A figure: with all its decimals it is saved by itself, else by the pad's own button, which counts. */
  async measure(code, figure, { itself = figure.includes('.') } = {}) {
    await this.page.waitForSelector(`${T(`row-${code}`)}.open`);
    await this.during('record_reading', async () => {
      await this.keys(figure);
      if (!itself) await this.tap('pad-save');
    });
  }

  async choose(code, option) {
    await this.page.waitForSelector(`${T(`row-${code}`)}.open`);
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
