/** A chosen picture as the text that a command takes: on Android a raw body never reaches the core. */

export class PictureUnreadable extends Error {
  constructor(cause: unknown) {
    super('the chosen picture could not be read', { cause });
    this.name = 'PictureUnreadable';
  }
}

export function pictureBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(new PictureUnreadable(reader.error));
    reader.onload = () => {
      const url = String(reader.result);
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.readAsDataURL(file);
  });
}
