/** A hand at the desk: every key and every click counts, with the time that a practised hand needs for it. */
import { settled, T } from '../stage.mjs';

/** Of a key of an average typist, and of pointing and clicking, by the keystroke-level model (Card, Moran and Newell). */
const KEY_MS = 280;
const CLICK_MS = 1300;
/** Keys that a character takes with an input method. */
const KEYS_OF_A_CHARACTER = 3;

export class Keys {
  letters = 0;
  presses = 0;
  clicks = 0;
  told = [];

  constructor(page) {
    this.page = page;
  }

  /** Keys and clicks that decide something; letters are told apart. */
  get deeds() {
    return this.presses + this.clicks;
  }
  get seconds() {
    return Math.round(((this.letters + this.presses) * KEY_MS + this.clicks * CLICK_MS) / 100) / 10;
  }

  async press(...names) {
    for (const name of names) {
      await this.page.keyboard.press(name);
      this.presses += 1;
      this.told.push(name);
    }
    await settled(this.page);
  }

  async type(text) {
    await this.page.keyboard.insertText(text);
    this.letters += [...text].reduce((sum, each) => sum + (each > '\u2e7f' ? KEYS_OF_A_CHARACTER : 1), 0);
    this.told.push(`“${text}”`);
    await settled(this.page);
  }

  async click(...names) {
    for (const name of names) {
      await this.page
        .locator(name.includes('[') ? name : T(name))
        .first()
        .click();
      this.clicks += 1;
      this.told.push(`click ${name}`);
    }
    await settled(this.page);
  }

  /** Enter from field to field, until the one that is wanted has the focus. */
  async onwardTo(name) {
    for (let most = 0; most < 15; most += 1) {
      if (await this.page.evaluate((wanted) => document.activeElement?.dataset.test === wanted, name)) return;
      await this.press('Enter');
    }
    throw new Error(`Enter does not lead to ${name}: ${this.told.slice(-15).join(' ')}`);
  }

  /** An arrow until the focus is on what says this. */
  async arrowTo(text, key = 'ArrowDown') {
    for (let most = 0; most < 60; most += 1) {
      const here = await this.page.evaluate(() => (document.activeElement === document.body ? '' : document.activeElement.textContent));
      if (here.includes(text)) return;
      await this.press(key);
    }
    throw new Error(`${key} does not lead to ${text}`);
  }
}
