/** The proof for the customer. */
export default {
  title: 'For the customer',
  kind: 'Which one',
  language: 'Language',
  kinds: { receipt: 'Receipt', repair_list: 'Repair list', safety_notice: 'Safety notice', bench_tag: 'Bench tag' },
  forms: { picture: 'Long picture', a4: 'PDF (A4)', roll80: '80 mm receipt', roll80_dots: 'Receipt as a picture' },
  preview: 'What the {kind} looks like',
  making: 'Setting it',
  missing: 'The font lacks these characters, 〓 stands for them: {letters}',
  files: 'Files',
  make: 'Make',
  at: '{file} · {size}',
  share: 'Send to the customer',
  ways: { share: 'Send', open: 'Open', print: 'Print', save: 'Save a copy' },
  lies: 'On this device at {path}',
  copyPlace: 'Copy its place',
  placeCopied: 'The file’s place is copied',
  printOpened: 'A PDF is printed from the page in which it opens.',
  alone:
    'This device hands no file to another app from here. For the customer: a screenshot of the picture above, or the proof as a text by “Message” on the job.',
};
