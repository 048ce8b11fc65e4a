/** The way of a visit: from the safety check to the signature and the end. */
export default {
  next: { safety: 'Next: safety check', fees: 'Next: fees', finish: 'Next: finish' },
  goOn: 'Next step',
  rectifyOther: 'Something else was put right',
  flows: 'With {count} decimals it saves by itself; any key stops it',
  parts: 'Replaced: {list}',
  toPlate: 'Figures of the nameplate are missing: add them',
  toBench: 'All measured, back to the bench',
  sign: 'Customer’s signature',
  signFor: 'Fees {money}. The customer types their own name; it is recorded with the end of the job.',
  signName: 'Customer’s name, typed by the customer',
  signed: 'The customer has signed',
  signExplains: 'Once the customer signs, “explained” counts as done',
  last: {
    bothDone: 'Maintained, and the other appliances are all normal',
    maintained: 'Maintained',
    allNormal: 'Other appliances all normal',
  },
};
