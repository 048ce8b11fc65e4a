/**
 * The rear camera inside the page: what it sees, stills of it, its light. The system's own camera costs three taps a picture: tile, shutter,
 * "use it". Where this one can't be had the system's is still there (ShootTile).
 */

/** `refused`: by a person or by the system. `none`: no camera at all. `busy`: another app holds it. */
export type Unusable = 'refused' | 'none' | 'busy';

export class CameraUnusable extends Error {
  constructor(
    readonly why: Unusable,
    cause?: unknown,
  ) {
    super(`no camera: ${why}`, { cause });
    this.name = 'CameraUnusable';
  }
}

/** The camera gave no picture. */
export class NoStill extends Error {}

/** In no type library yet: a still by the sensor, where the system gives one; else a frame of the video has to do. */
interface StillMaker {
  getPhotoCapabilities: () => Promise<{ imageWidth?: { max: number }; imageHeight?: { max: number } }>;
  takePhoto: (wish?: { imageWidth: number; imageHeight: number }) => Promise<Blob>;
}
type Lit = MediaTrackCapabilities & { torch?: boolean };

/** More than any outlet keeps of a picture (3,200), less than what the core refuses (12,000, 50 megapixels). */
const STILL = { width: 4096, height: 3072 };
/** A phone shows more than this at a crawl; shared pictures are 1,600. */
const SEEN = { width: 2048, height: 1536 };
/** Some cameras never answer. */
const STILL_MS = 2500;

/** Whoever said no is not asked at every photo: the system would not ask again either. */
let refused = false;

/** Whether a tap should open it: a phone or a tablet. A computer chooses files. */
export function mayShoot(): boolean {
  return !refused && typeof navigator.mediaDevices?.getUserMedia === 'function' && matchMedia('(pointer: coarse)').matches;
}

function whyOf(error: unknown): Unusable {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'none';
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new NoStill('no answer')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

const fileOf = (picture: Blob) => new File([picture], picture.type === 'image/png' ? 'photo.png' : 'photo.jpg', { type: picture.type });

async function bySensor(maker: StillMaker): Promise<Blob> {
  const able = await maker.getPhotoCapabilities();
  const [width, height] = [able.imageWidth?.max ?? 0, able.imageHeight?.max ?? 0];
  const wish = { imageWidth: Math.min(width, STILL.width), imageHeight: Math.min(height, STILL.height) };
  return maker.takePhoto(width > 0 && height > 0 ? wish : undefined);
}

function byFrame(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const brush = canvas.width > 0 ? canvas.getContext('2d') : null;
  if (!brush) return Promise.reject(new NoStill('no frame'));
  brush.drawImage(video, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((picture) => (picture ? resolve(picture) : reject(new NoStill('no picture'))), 'image/jpeg', 0.92),
  );
}

export interface Camera {
  stream: MediaStream;
  /** It has a light that can be switched. */
  lit: boolean;
  light: (on: boolean) => Promise<void>;
  /** A picture file, as the system's camera would hand it over. */
  still: (video: HTMLVideoElement) => Promise<File>;
  /** Nobody else can have it before. */
  release: () => void;
}

/** Asks for it; throws `CameraUnusable`. */
export async function openCamera(): Promise<Camera> {
  const size = { width: { ideal: SEEN.width }, height: { ideal: SEEN.height } };
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, ...size } })
    .catch((cause: unknown) => {
      const why = whyOf(cause);
      refused = why === 'refused';
      throw new CameraUnusable(why, cause);
    });
  const [track] = stream.getVideoTracks();
  if (!track) throw new CameraUnusable('none');
  const Maker = (globalThis as { ImageCapture?: new (of: MediaStreamTrack) => StillMaker }).ImageCapture;
  const able = (track.getCapabilities?.() ?? {}) as Lit;
  return {
    stream,
    lit: able.torch === true,
    light: (on) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }),
    still: async (video) => {
      const made = Maker ? await within(STILL_MS, bySensor(new Maker(track))).catch(() => null) : null;
      return fileOf(made && made.size > 0 ? made : await byFrame(video));
    },
    release: () => stream.getTracks().forEach((each) => each.stop()),
  };
}
