import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/builders';
import { openStory, T } from '../../test/door';
import { openKept } from '@/stores/draft';
import { useSession } from '@/stores/session';
import SheetPage from './SheetPage.vue';

const { job } = card();
let page: VueWrapper | undefined;

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(world = openStory()) {
  await openKept();
  await useSession().load();
  await world.router.push('/');
  const sheet = mount(SheetPage, {
    props: { job },
    global: { plugins: world.plugins, stubs: { Teleport: true } },
    attachTo: document.body,
  });
  page = sheet;
  await flushPromises();
  return { ...world, sheet };
}

const picture = (name: string) => new File([name], `${name}.jpg`, { type: 'image/jpeg' });

async function choose(sheet: VueWrapper, input: string, files: File[]): Promise<void> {
  const element = sheet.get(T(input)).element as HTMLInputElement;
  Object.defineProperty(element, 'files', { value: files, configurable: true });
  await sheet.get(T(input)).trigger('change');
  await vi.waitFor(() => expect(sheet.get(T(input)).attributes('disabled')).toBeUndefined());
  await flushPromises();
}

describe('a burst', () => {
  it('names what is shot next, and hands several over at once', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.appliances = view.appliances.map((each) => ({ ...each, next_photo: 'after' }));
    const { sheet, asked } = await open(world);
    expect(sheet.get(T('shoot-next')).attributes('aria-label')).toContain('修后');
    await choose(sheet, 'shoot-next', [picture('one')]);
    await choose(sheet, 'shoot-several', [picture('one'), picture('two')]);
    const sent = asked.filter((each) => each.command.startsWith('add_photo'));
    expect(sent.map((each) => [each.command, each.input.stage])).toEqual([
      ['add_photo', 'after'],
      ['add_photos', 'after'],
    ]);
    expect(sent[1]?.input.pictures).toEqual([
      { base64: btoa('one'), stamp: null },
      { base64: btoa('two'), stamp: null },
    ]);
    expect(sheet.findAll(T('photo'))).toHaveLength(3);
  });

  it('asks what the stamp says only where the outlet stamps', async () => {
    const world = openStory();
    world.story.do_set_pictures({ side: 1600, stamped: true });
    const view = world.story.do_job({ job });
    view.appliances = view.appliances.map((each) => ({ ...each, next_photo: 'after' }));
    const { sheet, asked } = await open(world);
    await choose(sheet, 'shoot-next', [picture('one')]);
    expect(asked.filter((each) => each.command === 'stamp_lines').map((each) => each.input)).toEqual([{ job, head: btoa('one') }]);
  });
});

describe('a picture of the nameplate', () => {
  it('proposes its codes, and only a tap writes one', async () => {
    const world = openStory();
    world.story.codes = [
      { meant: 'goods', kind: 'ean', text: '6901234567892' },
      { meant: 'serial', kind: 'code128', text: 'BYJ-00815' },
      { meant: 'part', kind: 'code128', text: 'AQ-RG-2000' },
    ];
    const { sheet, asked } = await open(world);
    await choose(sheet, 'shoot-serial', [picture('plate')]);
    const written = () => asked.filter((each) => each.command === 'write_field').map((each) => [each.input.field, each.input.value]);
    expect(sheet.findAll(T('code')).map((each) => each.text())).toEqual(['BYJ-00815', '6901234567892']);
    expect(written()).toEqual([]);
    await sheet.get(T('code')).trigger('click');
    await flushPromises();
    expect(written()).toEqual([['serial', 'BYJ-00815']]);
    expect(sheet.find(T('codes')).exists()).toBe(false);
  });

  it('that shows none says so', async () => {
    const { sheet } = await open();
    await choose(sheet, 'shoot-serial', [picture('wall')]);
    expect(sheet.get(T('codes')).text()).toContain('没读出');
  });
});

describe("a picture of a part's label", () => {
  it('uses the part of the price book that it names', async () => {
    const world = openStory();
    world.story.codes = [
      { meant: 'other', kind: 'qr', text: 'https://example.org/1' },
      { meant: 'part', kind: 'code128', text: 'aq-mf-63' },
    ];
    const { sheet, asked } = await open(world);
    await choose(sheet, 'shoot-part', [picture('label')]);
    expect(sheet.get(T('code')).text()).toContain('¥10.00');
    await sheet.get(T('code')).trigger('click');
    await flushPromises();
    const used = asked.filter((each) => each.command === 'use_part').map((each) => each.input.code);
    expect(used).toEqual(['AQ-MF-63']);
  });

  it("keeps another maker's number for the part that is typed", async () => {
    const world = openStory();
    world.story.codes = [{ meant: 'serial', kind: 'code39', text: 'W-40-PUMP' }];
    const { sheet, asked } = await open(world);
    await choose(sheet, 'shoot-part', [picture('label')]);
    await sheet.get(T('code')).trigger('click');
    expect(asked.some((each) => each.command === 'use_part')).toBe(false);
    expect(sheet.get(T('part-number')).text()).toBe('W-40-PUMP');
    await sheet.get(T('part-name')).setValue('排水泵');
    await sheet.get(T('part-price')).setValue('45');
    await sheet.get('form.free').trigger('submit');
    await flushPromises();
    const used = asked.find((each) => each.command === 'use_part')?.input;
    expect(used).toMatchObject({ code: 'W-40-PUMP', name: '排水泵', guide_fen: 4500 });
    expect(sheet.find(T('part-number')).exists()).toBe(false);
  });
});

describe('a photo on the sheet', () => {
  async function shown() {
    const world = openStory();
    world.story.answer('add_photo', { appliance: 'A0000001', stage: 'after', picture: { base64: 'x', stamp: null } } as never);
    const opened = await open(world);
    await opened.sheet.get(T('photo')).trigger('click');
    return opened;
  }

  it('is captioned, and typing an arrow turns no page', async () => {
    const { sheet, asked } = await shown();
    await sheet.get(T('caption')).setValue('接头已换');
    await sheet.get(T('caption')).trigger('keydown', { key: 'ArrowRight' });
    await sheet.get('form.say').trigger('submit');
    await flushPromises();
    const fact = asked.find((each) => each.command === 'note_fact')?.input.fact;
    expect(fact).toMatchObject({ fact: 'caption', text: '接头已换' });
    expect(sheet.get(T('caption-save')).attributes('disabled')).toBeDefined();
  });

  it('is taken again, and stays', async () => {
    const { sheet, asked } = await shown();
    await choose(sheet, 'shoot-retake', [picture('again')]);
    expect(asked.some((each) => each.command === 'retake_photo')).toBe(true);
    expect(sheet.findAll(T('photo'))).toHaveLength(2);
    expect(sheet.get(T('picture')).text()).toContain('已重拍');
  });

  it('is copied for the maker’s app, and the page says that the copies are plain', async () => {
    const { sheet, asked } = await shown();
    expect(sheet.text()).toContain('没有加密');
    await sheet.get(T('copy-album')).trigger('click');
    await flushPromises();
    expect(asked.some((each) => each.command === 'copy_album')).toBe(true);
  });
});
