/** The pairs of symptom and cause that fit an appliance: whose symptom shares most with the one written come first. */
import type { ApplianceView, FaultOffer } from '@schemas';

/** Customers are written down in either language, whatever this device speaks. */
export function likelyPairs(faults: FaultOffer[], appliance: ApplianceView): FaultOffer[] {
  const said = new Set(appliance.symptom.toLowerCase());
  const signs = (text: string) => [...new Set(text.toLowerCase())].filter((sign) => said.has(sign)).length;
  const shared = ({ symptom }: FaultOffer) => Math.max(signs(symptom.zh), signs(symptom.en));
  return faults.filter((fault) => fault.appliance === appliance.kind).sort((a, b) => shared(b) - shared(a));
}
