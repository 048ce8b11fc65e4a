/** The data folder in memory: drafts, choices, room, keys, bundles. */
import type {
  BundleSize,
  RecoveredView,
  BundleMade,
  ClaimPackMade,
  FoundJobs,
  KeptView,
  KeyView,
  PutDraft,
  RecoveryPage,
  RememberChoice,
  SessionView,
  StorageView,
} from '@schemas';
import { keyView, session, storageView } from '../outletBuilders';
import { TableStory } from './tableStory';

export class DataStory extends TableStory {
  readonly drafts = new Map<string, string>();
  readonly choices = new Map<string, string>();
  storage: StorageView = storageView();
  keys: KeyView = keyView();
  found: FoundJobs = { jobs: [], more: false, words: [], shortened: false };

  do_kept(): KeptView {
    return {
      drafts: [...this.drafts].map(([key, text]) => ({ key, text, at: Date.now() })),
      choices: [...this.choices].map(([key, value]) => ({ key, value })),
    };
  }

  do_put_draft({ key, text }: PutDraft): null {
    if (text === '') this.drafts.delete(key);
    else this.drafts.set(key, text);
    return null;
  }

  do_remember({ key, value }: RememberChoice): null {
    this.choices.set(key, value);
    return null;
  }

  do_tell_network = () => null;

  do_storage(): StorageView {
    return this.storage;
  }

  do_key_view(): KeyView {
    return this.keys;
  }

  do_check_store(): StorageView {
    this.storage = {
      ...this.storage,
      checked: { at: Date.now(), pages: 812, changes: 6_204, photos: 96, photos_damaged: 0, damaged: false },
    };
    return this.storage;
  }

  do_free_photos(): StorageView {
    const { photos_kb, freeable_kb } = this.storage;
    this.storage = { ...this.storage, photos_kb: photos_kb - freeable_kb, freeable_photos: 0, freeable_kb: 0 };
    return this.storage;
  }

  do_rebuild_store(): StorageView {
    return this.storage;
  }

  do_rotate_key(): KeyView {
    this.keys = { ...this.keys, rotated_at: Date.now() };
    return this.keys;
  }

  do_make_recovery_key(): RecoveryPage {
    this.keys = { ...this.keys, recovery: { id: '9f2c41d07ab35e68', made_at: Date.now(), by: '0000QJG1', sealed: true, at_desk: true } };
    return {
      id: '9f2c41d07ab35e68',
      text: Array.from({ length: 14 }, () => 'K7QM').join(' '),
      qr_svg: '<svg xmlns="http://www.w3.org/2000/svg"/>',
    };
  }

  do_export_bundle(): BundleMade {
    const name = '上门-3f9a1c0d-2026-11-22.doorstep';
    return { name, path: `/下载/${name}`, kilobytes: 84, jobs: 3, changes: 57, photos: 0, unreadable_photos: 0, devices: 4 };
  }

  do_bundle_size(): BundleSize {
    return { jobs: 3, changes: 57, kilobytes: 84, thumbnails: 2, thumbnail_kilobytes: 16, photos: 2, photo_kilobytes: 900 };
  }

  recovered: RecoveredView = {
    outlet: '柘川县城关网点',
    device_name: '小军旧手机',
    member: null,
    unsent: 4,
    unsent_jobs: 1,
    taken: null,
  };
  do_recover_folder(): RecoveredView {
    return this.recovered;
  }

  do_make_claim_pack(): ClaimPackMade {
    const name = 'claim-7PBZ1X3T-1795230000.zip';
    return { name, path: `/下载/${name}`, kilobytes: 312, photos: 1, photos_missing: 0, unproven: 1 };
  }

  do_erase_device(): SessionView {
    return session({ enrolled: false });
  }

  do_find_jobs(): FoundJobs {
    return this.found;
  }
}
