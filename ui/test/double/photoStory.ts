/** Photos of a job in memory. */
import type {
  AddPhoto,
  AddPhotos,
  CodeView,
  DrawOnPhoto,
  Failure,
  JobView,
  MakePaper,
  PaperMade,
  RetakePhoto,
  SessionView,
  SetCollection,
  SetPictures,
  SheetFact,
} from '@schemas';
import { ran, tian } from '../builders';
import { CODE_SVG } from './code';
import { MoneyStory } from './moneyStory';

const NOT_FOUND: { failure: Failure } = { failure: { code: 'photo_not_found', params: {}, detail: 'photo_not_found' } };

export abstract class PhotoStory extends MoneyStory {
  protected abstract override view: JobView;
  protected abstract session: SessionView;
  protected abstract id(): string;
  protected abstract changed(action: string): JobView;

  /** One grey point: what a paper looks like is the typesetter's own matter. */
  do_make_paper({ kind, form }: MakePaper): PaperMade {
    const picture = form === 'picture' || form === 'roll80_dots';
    const point = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AQAA1ADTQAMu4AAAAABJRU5ErkJggg==';
    return {
      path: `/doorstep-files/2026-11-21-${kind}.${picture ? 'png' : 'pdf'}`,
      mime: picture ? 'image/png' : 'application/pdf',
      kilobytes: picture ? 184 : 61,
      base64: picture ? point : btoa('%PDF-1.7'),
      missing: '',
    };
  }
  /** What is read again where it was entered. */
  protected noteBack(id: string, fact: SheetFact): void {
    const { noted } = this.view;
    const told = { id, by: ran.name, at: Date.now() };
    if (fact.fact === 'charge') noted.charges = [...noted.charges, { ...fact, ...told }];
    if (fact.fact === 'hazard') noted.hazards = [...noted.hazards.filter(({ id }) => id !== fact.replaces), { ...fact, ...told }];
    if (fact.fact === 'old_part') {
      const { part, step, tag, due } = fact;
      noted.old_parts = [...noted.old_parts.filter((old) => old.part !== part), { part, step, tag, due, by: ran.name, at: told.at }];
    }
    if (fact.fact === 'remark') noted.remarks = [...noted.remarks, { text: fact.text, by: ran.name, at: told.at }];
    if (fact.fact === 'serial') {
      const { appliance, unit, serial, photo } = fact;
      noted.serials = [...noted.serials.filter((each) => each.unit !== unit), { appliance, unit, serial, photo }];
    }
    if (fact.fact === 'pause' && this.view.clock) this.view.clock.stopped = fact.stopped ? fact.reason : null;
    if (fact.fact !== 'crew') return;
    const { member, name, left } = fact;
    const known = [ran, tian].find((each) => each.id === member);
    const others = noted.crew.filter((one) => one.member !== member || (member === null && one.name !== name));
    noted.crew = left ? others : [...others, { member, name: known?.name ?? name }];
    noted.mates = [tian].filter((mate) => !noted.crew.some((one) => one.member === mate.id));
  }
  private slotsOf(appliance: string) {
    return this.view.appliances.find(({ id }) => id === appliance)?.slots ?? [];
  }
  do_add_photo(input: AddPhoto) {
    const id = this.id();
    this.view.photos = [
      ...this.view.photos,
      {
        id,
        photo: id.padEnd(64, '0').toLowerCase(),
        thumb: id.padEnd(64, '1').toLowerCase(),
        appliance: input.appliance,
        stage: input.stage,
        width: 1600,
        height: 1200,
        bytes: input.picture.base64.length,
        taken_at: Date.now(),
        by: ran.name,
        place: this.session.no_network ? 'on_device' : 'on_relay',
        photo_here: true,
        thumb_here: true,
        caption: '',
        retaken: false,
        drawn_on: null,
      },
    ];
    const slot = this.slotsOf(input.appliance).find((each) => each.stage === input.stage);
    if (slot) slot.taken += 1;
    return this.changed('add_photo');
  }
  do_add_photos(input: AddPhotos) {
    const required = this.slotsOf(input.appliance)
      .filter((slot) => slot.required)
      .map((slot) => slot.stage);
    let stage = input.stage;
    for (const picture of input.pictures) {
      this.do_add_photo({ ...input, stage, picture });
      stage = required.find((each) => !this.view.photos.some((photo) => photo.stage === each)) ?? stage;
    }
    return { job: this.view, added: input.pictures.length, refused: [], stopped: null };
  }
  do_retake_photo(input: RetakePhoto) {
    const old = this.view.photos.find((photo) => photo.id === input.photo);
    if (!old) return NOT_FOUND;
    this.do_add_photo({ job: input.job, appliance: old.appliance, stage: old.stage, picture: input.picture });
    this.view.photos = this.view.photos.map((photo) => (photo.id === old.id ? { ...photo, retaken: true } : photo));
    return this.changed('retake_photo');
  }
  do_draw_on_photo(input: DrawOnPhoto) {
    const old = this.view.photos.find((photo) => photo.id === input.photo);
    if (!old) return NOT_FOUND;
    this.do_add_photo({ job: input.job, appliance: old.appliance, stage: old.stage, picture: { base64: input.base64, stamp: null } });
    this.view.photos = this.view.photos.map((photo, place, all) => (place === all.length - 1 ? { ...photo, drawn_on: old.id } : photo));
    return this.changed('draw_on_photo');
  }
  /** What the pictures of a test show. */
  codes: CodeView[] = [];
  do_read_codes = () => this.codes;
  do_stamp_lines = () => (this.session.pictures_stamped ? ['2026-11-21 14:05'] : []);
  do_copy_album = () => ({ path: '/tmp/photos-1234', files: this.view.photos.length, away: 0, missing: [] });
  do_set_collection({ code }: SetCollection) {
    this.collectionSvg = code ? CODE_SVG : null;
    this.session = { ...this.session, collection: code ? { text: code, svg: this.collectionSvg } : null };
    return this.session;
  }
  do_set_pictures(input: SetPictures) {
    this.session = { ...this.session, picture_side: input.side, pictures_stamped: input.stamped };
    return this.session;
  }
}
