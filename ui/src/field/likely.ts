/** The pairs of symptom and cause that fit an appliance: whose symptom shares most with the one written come first. */
import type { ApplianceView, FaultOffer, Text } from '@schemas';

export function likelyPairs(faults: FaultOffer[], appliance: ApplianceView, say: (text: Text) => string): FaultOffer[] {
  const said = new Set(appliance.symptom.toLowerCase());
  const shared = (fault: FaultOffer) => [...new Set(say(fault.symptom).toLowerCase())].filter((sign) => said.has(sign)).length;
  return faults.filter((fault) => fault.appliance === appliance.kind).sort((a, b) => shared(b) - shared(a));
}
