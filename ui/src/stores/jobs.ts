/** Open jobs and what is done to them. Every action answers with the job as it is then, so nothing is guessed here. */
import type {
  AddPhoto,
  AddPhotos,
  AnswerService,
  AnswerSheet,
  Assign,
  EnterLate,
  Finish,
  JobView,
  NewPicture,
  NoteFact,
  NoteOnOrder,
  RecordReading,
  RemovePart,
  Resolve,
  ShowCard,
  TakeOrder,
  TapNode,
  Undo,
  UsePart,
  WriteField,
} from '@schemas';
import { defineStore } from 'pinia';
import { onScopeDispose, ref } from 'vue';
import { call, CallFailed } from '@/api/call';
import { photoUrl } from '@/api/host';
import { base64Of } from '@/api/picture';
import { drawStamp } from '@/api/stamp';
import { latest } from './latest';
import { useNews } from './news';
import { useSession } from './session';

/** Takes back what was done. */
export type Undoing = () => Promise<void>;

/** Grades that an owner sets aside for one job, with the reason (R7). */
export interface SetAside {
  members: string[];
  reason: string;
  /** Called once the reason is kept. */
  written?: () => void;
}

/** A phone that browsed a long history must not keep it all in memory. */
const KEPT = 12;
/** Cameras write when they took a picture into its first bytes. */
const HEAD = 128 * 1024;

export const useJobs = defineStore('jobs', () => {
  const open = ref<Map<string, JobView>>(new Map());
  const fetching = new Map<string, () => Promise<void>>();
  /** On a screen: these stay, however many others come meanwhile. */
  const shown = new Set<string>();

  /** Until the screen that asks for it is left. */
  function hold(job: string): void {
    shown.add(job);
    onScopeDispose(() => shown.delete(job));
  }

  function take(view: JobView): JobView {
    const kept = new Map(open.value);
    kept.delete(view.card.job);
    kept.set(view.card.job, view);
    const oldest = [...kept.keys()].find((job) => !shown.has(job) && job !== view.card.job);
    if (kept.size > KEPT && oldest) kept.delete(oldest);
    open.value = kept;
    return view;
  }

  async function load(job: string): Promise<void> {
    const fetch =
      fetching.get(job) ??
      latest(async () => {
        take(await call('job', { job }));
      });
    fetching.set(job, fetch);
    await fetch();
  }

  /** A picture with its stamp, where the outlet stamps: the core says the words, the screen draws them. */
  async function asTaken(job: string, picture: Blob): Promise<NewPicture> {
    const stamped = useSession().view?.pictures_stamped ?? false;
    const lines = stamped ? await call('stampLines', { job, head: await base64Of(picture.slice(0, HEAD)) }) : [];
    return { base64: await base64Of(picture), stamp: drawStamp(lines) };
  }

  /** What is on its way to the core. */
  const saves = new Set<Promise<unknown>>();

  /** Work of several saves, one after the other: between two of them nothing is settled. */
  async function during<T>(work: Promise<T>): Promise<T> {
    saves.add(work);
    try {
      return await work;
    } finally {
      saves.delete(work);
    }
  }

  /** When everything that was being saved is answered, well or not: only then the core can say what comes next. */
  async function settled(): Promise<void> {
    while (saves.size > 0) await Promise.allSettled([...saves]);
  }

  /** What this hand did: an answer with the job, and no news. */
  const did = (deed: Promise<JobView>) =>
    during(
      useNews()
        .own(deed, (view) => view)
        .then(take),
    );
  const didWith = <T extends { job: JobView }>(deed: Promise<T>) =>
    during(
      useNews()
        .own(deed, ({ job }) => job)
        .then((answer) => {
          take(answer.job);
          return answer;
        }),
    );

  const addPhoto = async (input: Omit<AddPhoto, 'picture'>, picture: Blob) =>
    did(call('addPhoto', { ...input, picture: await asTaken(input.job, picture) }));

  /** Fetches again those of `jobs` that are open on a screen; all open ones when `jobs` is missing. */
  async function refresh(jobs?: string[]): Promise<void> {
    const wanted = [...open.value.keys()].filter((job) => !jobs || jobs.includes(job));
    await Promise.all(wanted.map(load));
  }

  /** An action of one's own; whoever wrote later keeps what they wrote. */
  const undo = (input: Undo) => did(call('undo', input));
  async function noteOnOrder(input: NoteOnOrder): Promise<string> {
    const { id } = await didWith(call('noteOnOrder', input));
    return id;
  }

  async function setAside(job: string, { members, reason, written }: SetAside): Promise<void> {
    for (const member of members) await noteOnOrder({ job, fact: { fact: 'override', of: 'grade', member, reason } });
    written?.();
  }

  /** The way back from this device's newest action of each kind; of several, the newest is undone first. */
  function wayBack(answers: [JobView, string][]): Undoing {
    const actions = answers.flatMap(([{ card, history }, action]) => {
      // Oldest first: what was done before may have been undone already.
      const line = history.findLast((each) => each.action === action && each.undoable);
      return line ? [{ job: card.job, action: line.id }] : [];
    });
    return async () => {
      for (const each of [...actions].reverse()) await undo(each);
    };
  }

  return {
    open,
    load,
    hold,
    refresh,
    during,
    settled,
    photoUrl,
    setAside,
    wayBack,
    takeOrder: (input: TakeOrder) => did(call('takeOrder', input)),
    takeWalkIn: (input: TakeOrder) => did(call('takeWalkIn', input)),
    adoptWalkIn: (job: string) => did(call('adoptWalkIn', { job })),
    assign: (input: Assign) => did(call('assign', input)),
    tap: (input: TapNode) => did(call('tapNode', input)),
    showCard: (input: ShowCard) => did(call('showCard', input)),
    recordReading: (input: RecordReading) => did(call('recordReading', input)),
    writeField: (input: WriteField) => did(call('writeField', input)),
    usePart: (input: UsePart) => did(call('usePart', input)),
    removePart: (input: RemovePart) => did(call('removePart', input)),
    undo,
    answerService: (input: AnswerService) => did(call('answerService', input)),
    /** The fact's id: another fact may name it. */
    noteFact: async (input: NoteFact) => {
      const { id } = await didWith(call('noteFact', input));
      return id;
    },
    sinceApproval: (job: string) => call('sinceApproval', { job }),
    answerSheet: (input: AnswerSheet) => did(call('answerSheet', input)),
    noteOnOrder,
    addPhoto,
    /** The new photo's own id: a reading names it. */
    photoOf: async (input: Omit<AddPhoto, 'picture'>, picture: Blob) => {
      const known = new Set(open.value.get(input.job)?.photos.map(({ id }) => id));
      const { photos } = await addPhoto(input, picture);
      return photos.findLast(({ id, stage, appliance }) => !known.has(id) && stage === input.stage && appliance === input.appliance)?.id;
    },
    /** Several at once: the core puts each where it belongs, and says which were no photos. */
    addPhotos: async (input: Omit<AddPhotos, 'pictures'>, files: Blob[]) => {
      const pictures = await Promise.all(files.map((file) => asTaken(input.job, file)));
      const added = await didWith(call('addPhotos', { ...input, pictures }));
      return [...added.refused.map((each) => each.failure), ...(added.stopped ? [added.stopped] : [])].map(
        (failure) => new CallFailed('addPhotos', failure),
      );
    },
    retakePhoto: async (job: string, photo: string, picture: Blob) =>
      did(call('retakePhoto', { job, photo, picture: await asTaken(job, picture) })),
    drawOnPhoto: async (job: string, photo: string, picture: Blob) =>
      did(call('drawOnPhoto', { job, photo, base64: await base64Of(picture) })),
    copyAlbum: (job: string) => call('copyAlbum', { job }),
    fetchPhoto: async (job: string, photo: string) => {
      await call('fetchPhoto', { job, photo });
    },
    /** 理赔包: a file of the chosen photos; where it lies and what it lacks. */
    makeClaim: (job: string, photos: string[]) => call('makeClaimPack', { job, photos, damage: null }),
    resolve: (input: Resolve) => did(call('resolve', input)),
    finish: (input: Finish) => did(call('finish', input)),
    enterLate: (input: EnterLate) => did(call('enterLate', input)),
    cardCode: (job: string) => call('cardCode', { job }),
  };
});
