/** The first start, and a sample outlet: an enrolled device never shows them, so they are fetched where they are. */
import type { StartMessages } from '../shape';

const start: StartMessages = {
  start: {
    title: 'Enrol this device',
    intro: 'Ask the owner for an enrolment link or code. Once is enough.',
    byLink: 'By link',
    byCode: 'By code',
    bySample: 'Sample',
    link: 'Enrolment link',
    linkHint: 'paste all of it, from doorstep:enrol on',
    relay: 'Relay address',
    relayHint: 'e.g. https://…',
    code: 'Code',
    codeHint: '8 letters and digits',
    name: 'Name of this device',
    nameHint: 'e.g. Ran’s phone',
    go: 'Enrol',
    going: 'Enrolling',
    paste: 'Paste',
    scan: 'Photograph the QR code',
    scanning: 'Reading the code',
    scanNone: 'No invitation was found in the picture. Hold it level and closer, or paste the link.',
  },
  sample: {
    about:
      'A made-up outlet on this device, with people and jobs: try everything. It needs no network and sends nothing; one tap leaves it and erases all of it.',
    asTechnician: 'As a technician',
    asOwner: 'As the owner',
    going: 'Getting ready, a few seconds',
    bar: 'Sample outlet: all made up, nothing is sent',
    leave: 'Leave it',
    leaving: 'Erasing',
    sync: 'This is a sample outlet, and all of it is on this device: nothing is sent, nothing waits, nobody sees it. Leaving it erases all of it.',
  },
};
export default start;
