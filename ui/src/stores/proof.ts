/** A job's papers for the customer: made by the core, shared through the system. */
import type { MakePaper, PaperMade } from '@schemas';
import { defineStore } from 'pinia';
import { call } from '@/api/call';
import { canShare, fileOf, share } from '@/api/share';

export const useProof = defineStore('proof', () => ({
  make: (input: MakePaper) => call('makePaper', input),
  canShare,
  share: (paper: PaperMade, title: string) => share(fileOf(paper), title),
}));
