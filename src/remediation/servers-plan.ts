import { pickText } from './plan-json.ts';

/**
 * What a subscription lacks for just-in-time access, from its pricing of Defender for Servers: `plan 1`, or `none`;
 * undefined when it has plan 2. https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-overview
 */
export function insufficientServersPlan(pricing: unknown): string | undefined {
  if (pickText(pricing, 'properties', 'pricingTier')?.toLowerCase() !== 'standard') return 'none';
  // Before there were two plans, the only one had what plan 2 has.
  const plan = pickText(pricing, 'properties', 'subPlan') ?? 'P2';
  return plan.toUpperCase() === 'P2' ? undefined : `plan ${plan.replace(/^P/i, '')}`;
}
