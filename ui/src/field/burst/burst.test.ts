/** The camera in the page: shot after shot, each saved at the shutter, and the system's own camera where it can't be had. */
import type { Blocker, PhotoSlot, PhotoStage } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStory } from '../../../test/door';
import { job, onePageEach, open, seen, tap, type World } from '../../../test/page';
import SheetPage from '../SheetPage.vue';

onePageEach();

const lens = { shots: 0, stopped: 0, asked: 0, lit: false, refuse: '', torch: false, hidden: false };

class Still {
  getPhotoCapabilities = async () => ({ imageWidth: { max: 8000 }, imageHeight: { max: 6000 } });
  takePhoto = async (wish: unknown) => {
    expect(wish).toEqual({ imageWidth: 4096, imageHeight: 3072 });
    lens.shots += 1;
    return new Blob([`shot ${lens.shots}`], { type: 'image/jpeg' });
  };
}

/** Files are read at once here; else in their own time. */
class Reader {
  result = '';
  onload: () => void = () => undefined;
  readAsDataURL(): void {
    this.result = `data:image/jpeg;base64,${btoa('shot')}`;
    queueMicrotask(() => this.onload());
  }
}

/** A phone with a rear camera. */
function phone(): void {
  const track = {
    stop: () => (lens.stopped += 1),
    addEventListener: () => undefined,
    getCapabilities: () => ({ torch: lens.torch }),
    applyConstraints: async ({ advanced }: { advanced: [{ torch: boolean }] }) => void (lens.lit = advanced[0].torch),
  };
  const getUserMedia = async ({ video }: { video: { facingMode: unknown } }) => {
    lens.asked += 1;
    expect(video.facingMode).toEqual({ ideal: 'environment' });
    if (lens.refuse) throw Object.assign(new Error('no'), { name: lens.refuse });
    return { getVideoTracks: () => [track], getTracks: () => [track] };
  };
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(pointer: coarse)',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  vi.stubGlobal('ImageCapture', Still);
  vi.stubGlobal('FileReader', Reader);
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
}

beforeEach(() => {
  Object.assign(lens, { shots: 0, stopped: 0, asked: 0, lit: false, refuse: '', torch: false, hidden: false });
  Object.defineProperty(HTMLVideoElement.prototype, 'srcObject', { configurable: true, writable: true, value: null });
  HTMLVideoElement.prototype.play = async () => undefined;
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => lens.hidden });
  URL.createObjectURL = () => 'data:,';
  URL.revokeObjectURL = () => undefined;
  phone();
});
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(document, 'hidden');
  Reflect.deleteProperty(navigator, 'mediaDevices');
});

const NAMES: Partial<Record<PhotoStage, string>> = { nameplate: '铭牌', socket: '插座', bolts: '膨胀螺栓' };
const slot = (stage: PhotoStage, required: boolean): PhotoSlot => {
  const name = NAMES[stage] ?? stage;
  return { stage, name: { zh: name, en: stage }, required, taken: 0 };
};

/** A unit that wants these photos. */
function wanting(...stages: PhotoStage[]): World {
  const world = openStory();
  const view = world.story.do_job({ job });
  view.appliances = view.appliances.map((unit) => ({
    ...unit,
    slots: [...stages.map((stage) => slot(stage, true)), slot('during', false)],
    next_photo: stages[0] ?? null,
  }));
  return world;
}

/** What the camera shows appears a little later than the tap. */
async function aimed(): Promise<void> {
  await vi.waitFor(() => expect(seen('camera')?.getAttribute('data-live')).toBe('true'), { timeout: 20_000 });
}
const put = ({ asked }: World) =>
  asked.filter(({ command }) => /^(add|retake)_photo$/.test(command)).map(({ command, input }) => [command, input.stage ?? input.photo]);
/** What follows from a tap, to its end. */
const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) await flushPromises();
};

describe('the camera in the page', () => {
  it('takes all required photos, one tap each, names the next, and shuts by itself', async () => {
    const world = await open(SheetPage, wanting('nameplate', 'socket', 'bolts'));
    await tap('shoot-next');
    await aimed();
    const names: (string | null | undefined)[] = [];
    for (let shot = 0; shot < 3; shot += 1) {
      names.push(seen('camera-next')?.querySelector('b')?.textContent);
      await tap('shutter');
      await settle();
    }
    expect(names).toEqual(['拍：铭牌', '拍：插座', '拍：膨胀螺栓']);
    expect(put(world)).toEqual([
      ['add_photo', 'nameplate'],
      ['add_photo', 'socket'],
      ['add_photo', 'bolts'],
    ]);
    expect(seen('camera')).toBeNull();
    expect(lens.stopped, 'and somebody else may have it').toBe(1);
  });

  it('does not wait for a save: a slow disk gets every shot into its own slot, in order', async () => {
    const world = await open(SheetPage, wanting('nameplate', 'socket'));
    const quick = globalThis.fetch;
    const held: (() => void)[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (url.endsWith('/add_photo')) await new Promise<void>((go) => held.push(go));
      return quick(url, init);
    });
    await tap('shoot-next');
    await aimed();
    await tap('shutter');
    await settle();
    expect(seen('camera-shot')?.dataset.state).toBe('saving');
    await tap('shutter');
    await settle();
    expect(seen('camera'), 'the second was the last').toBeNull();
    for (let turn = 0; turn < 4; turn += 1) {
      held.shift()?.();
      await settle();
    }
    expect(put(world).map(([, stage]) => stage)).toEqual(['nameplate', 'socket']);
  });

  it('takes the last one again, and the first stays', async () => {
    const world = await open(SheetPage, wanting('nameplate', 'socket'));
    await tap('shoot-next');
    await aimed();
    await tap('shutter');
    await settle();
    const [first] = world.story.do_job({ job }).photos;
    await tap('camera-again');
    expect(seen('camera-next')?.textContent).toContain('重拍：铭牌');
    await tap('shutter');
    await settle();
    expect(put(world)).toEqual([
      ['add_photo', 'nameplate'],
      ['retake_photo', first?.id],
    ]);
    expect(world.story.do_job({ job }).photos).toHaveLength(2);
    expect(seen('camera-next')?.textContent, 'and goes on where it was').toContain('插座');
  });

  it('stays for a slot that nobody must fill, until it is closed', async () => {
    const world = await open(SheetPage, wanting('nameplate'));
    await tap('shoot-during');
    await aimed();
    await tap('shutter');
    await settle();
    await tap('shutter');
    await settle();
    expect(put(world).map(([, stage]) => stage)).toEqual(['during', 'during']);
    await tap('camera-close');
    expect(seen('camera')).toBeNull();
  });

  it('tells of a picture that the core refused, and wants its slot again', async () => {
    const world = wanting('nameplate', 'socket');
    Object.assign(world.story, { do_add_photo: () => ({ failure: { code: 'disk_full', params: {}, detail: '' } }) });
    await open(SheetPage, world);
    await tap('shoot-next');
    await aimed();
    await tap('shutter');
    await settle();
    expect(seen('camera-shot')?.dataset.state).toBe('failed');
    expect(seen('camera-next')?.textContent).toContain('铭牌');
  });

  it('lights where the camera can, and is let go while nobody looks', async () => {
    lens.torch = true;
    await open(SheetPage, wanting('nameplate'));
    await tap('shoot-next');
    await aimed();
    await tap('camera-light');
    await settle();
    expect([lens.lit, seen('camera-light')?.getAttribute('aria-pressed')]).toEqual([true, 'true']);
    lens.hidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect([lens.stopped, seen('camera')?.dataset.live]).toEqual([1, 'false']);
    lens.hidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
    await aimed();
    expect(lens.asked).toBe(2);
  });
});

describe('the sheet', () => {
  /** The last photo is taken, and the core then says that this is in the way. */
  async function shotWith(blockers: Blocker[]): Promise<World> {
    const world = wanting('nameplate');
    const view = world.story.do_job({ job });
    const shoot = world.story.do_add_photo.bind(world.story);
    Object.assign(world.story, {
      do_add_photo: (input: never) => {
        const after = shoot(input);
        view.appliances.forEach((unit) => (unit.next_photo = null));
        view.next = { ...view.next, step: 'finish', blockers, outcomes: ['completed'] };
        return after;
      },
    });
    await open(SheetPage, world);
    await tap('shoot-next');
    await aimed();
    await tap('shutter');
    await settle();
    expect(seen('camera')).toBeNull();
    return world;
  }

  it('that wants nothing else goes on by itself after the last photo', async () => {
    const fees: Blocker = { code: 'signature_missing', subject: null, jump: { to: 'fees' } };
    const { router } = await shotWith([fees]);
    expect(router.currentRoute.value.fullPath).toBe(`/field/job/${job}/fees`);
  });

  it('that lacks a field stays where it is', async () => {
    const jump = { to: 'field', appliance: 'A0000001', field: 'serial' } as const;
    const { router } = await shotWith([{ code: 'field_missing', subject: null, jump }]);
    expect(router.currentRoute.value.fullPath).toBe('/');
  });
});

describe('a camera that can’t be had', () => {
  async function without(why: string): Promise<World> {
    lens.refuse = why;
    const world = await open(SheetPage, wanting('nameplate', 'socket'));
    await tap('shoot-next');
    await vi.waitFor(() => expect(seen('camera-unusable')).not.toBeNull(), { timeout: 20_000 });
    return world;
  }

  it('is told, and the phone’s own takes the photo', async () => {
    const world = await without('NotReadableError');
    expect(seen('camera-unusable')?.dataset.why).toBe('busy');
    const own = seen('camera-system') as HTMLInputElement;
    Object.defineProperty(own, 'files', { value: [new File(['own'], 'own.jpg', { type: 'image/jpeg' })], configurable: true });
    own.dispatchEvent(new Event('change'));
    await settle();
    expect(put(world)).toEqual([['add_photo', 'nameplate']]);
    lens.refuse = '';
    await tap('camera-retry');
    await aimed();
  });

  it('on a computer is never asked for: files are chosen there', async () => {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
    await open(SheetPage, wanting('nameplate'));
    await tap('shoot-next');
    await settle();
    expect([lens.asked, seen('camera')]).toEqual([0, null]);
  });

  // Last: who said no is remembered as long as the app runs.
  it('that was refused is not asked for again', async () => {
    await without('NotAllowedError');
    expect(seen('camera-unusable')?.textContent).toContain('没有相机权限');
    await tap('camera-close', 'shoot-next');
    await settle();
    expect([lens.asked, seen('camera')]).toEqual([1, null]);
  });
});
