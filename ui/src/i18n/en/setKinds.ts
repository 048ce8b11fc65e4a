/** Kinds of rule sets. */
export default {
  limits: 'Safety limits',
  needs: 'What is measured and photographed',
  faults: 'Faults and parts',
  steps: 'Scripts and notices',
  emergency: 'Emergency scripts',
  surcharges: 'Surcharges and time limits',
  prices: 'Guide prices',
  settlement: 'Settlement prices',
  warranty: 'Warranty policies',
  promises: 'Windows and limits',
  numbers: 'Complaint numbers',
  replies: 'Replies and messages',
  pieces: 'Piece rates',
  places: 'Brands and townships',
  crew: 'Certificates and grades',
  reminders: 'Reminders and contracts',
};
