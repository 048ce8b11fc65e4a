/** A chosen file as the text that a command takes: on Android a raw body never reaches the core. */

export class FileUnreadable extends Error {
  constructor(
    cause: unknown,
    readonly code: 'photo_truncated' | 'table_damaged',
  ) {
    super('the chosen file could not be read', { cause });
    this.name = 'FileUnreadable';
  }
}

export function base64Of(file: Blob, broken: FileUnreadable['code'] = 'photo_truncated'): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(new FileUnreadable(reader.error, broken));
    reader.onload = () => {
      const url = String(reader.result);
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.readAsDataURL(file);
  });
}
