import type { Verdict } from '@schemas';

/** Own line drawings on a 24 × 24 field. They stand beside a word, never alone. */
export const ICONS = {
  today: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3',
  sync: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-7 8-7s7 2 8 7',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  call: 'M6 3h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z',
  message: 'M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  map: 'M12 21c5-6 7-9 7-12a7 7 0 0 0-14 0c0 3 2 6 7 12zM12 11.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  check: 'M4 12.500l5 5L20 6.500',
  cross: 'M6 6l12 12M18 6L6 18',
  alert: 'M12 3L2 20h20zM12 10v4M12 17v.5',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 22h4M12 3v2',
  minus: 'M5 12h14',
  question: 'M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 17.500v.5M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z',
  clock: 'M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20zM12 7v5l3 2',
  bolt: 'M13 2L5 14h6l-1 8 8-12h-6z',
  sheet: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  part: 'M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9',
  bench: 'M3 10h18v3H3zM5 13v8M19 13v8M7 10V6h6v4M15 17H9',
  hands: 'M4 12l4 4 12-12M4 20h16',
  history: 'M4 12a8 8 0 1 0 3-6L4 8M4 4v4h4M12 8v4l3 2',
  phone: 'M8 2h8v20H8zM11 18.500h2',
  relay: 'M4 4h16v6H4zM4 14h16v6H4zM8 7v.01M8 17v.01',
  desk: 'M3 4h18v12H3zM9 20h6M12 16v4',
  team: 'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2 20c.5-4 3-6 7-6s6.500 2 7 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2.500.5 3.500 2.500 4 5.500',
  settings:
    'M4 7h10M18 7h2M4 17h2M10 17h10M16 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM8 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  cash: 'M3 6h18v12H3zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM6 9v.01M18 15v.01',
  chart: 'M4 20h16M7 20v-7M12 20V6M17 20v-10',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  plus: 'M12 5v14M5 12h14',
  delete: 'M9 5h12v14H9l-6-7zM12 9l6 6M18 9l-6 6',
  key: 'M15 11a4 4 0 1 0-4-4c0 .6.1 1 .3 1.500L3 17v4h4v-2h2v-2h2l2.500-2.500c.5.3 1 .5 1.500.5',
  money: 'M6 4l6 8 6-8M12 12v8M7 12h10M7 16h10',
  finish: 'M5 21V4M5 5h13l-3 4 3 4H5',
} as const;

export type IconName = keyof typeof ICONS;

export const VERDICT_ICONS: Record<Verdict, IconName> = {
  pass: 'check',
  warn: 'alert',
  fail: 'cross',
  not_applicable: 'minus',
  not_measured: 'question',
};
