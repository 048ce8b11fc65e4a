/** The fault classes that an appliance's symptom may mean, as the core ranks them, each with all its causes. */
import type { ApplianceView, FaultOffer } from '@schemas';

export function likelyFaults(faults: FaultOffer[], appliance: ApplianceView): FaultOffer[] {
  const known = new Map(faults.map((fault) => [fault.code, fault]));
  return appliance.likely.flatMap((code) => known.get(code) ?? []);
}

/** The class that the sheet names, where somebody picked it. */
export const namedFault = (faults: FaultOffer[], { kind, fault }: ApplianceView) =>
  faults.find((each) => each.appliance === kind && fault !== '' && [each.fault.zh, each.fault.en].includes(fault));
