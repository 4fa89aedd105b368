import { parseV4, parseV6 } from '../../network/address-set.ts';

/** Looking up failed; the message says why, for a person. */
export class LookupFailed extends Error {
  override readonly name = 'LookupFailed';
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const mostCharacters = 100;
const milliseconds = 5000;

/**
 * The public addresses by which services on the internet see this machine: one of each family at most. Each service is
 * sent an empty GET over HTTPS, and answers with nothing but the address.
 * @throws LookupFailed when none of them gave one.
 */
export async function lookUpAddresses(services: readonly string[], ask: Fetch): Promise<string[]> {
  const answers = await Promise.all(services.map(service => addressFrom(service, ask)));
  const found = [...new Set(answers.flatMap(answer => ('address' in answer ? [answer.address] : [])))];
  if (found.length > 0) return found;
  const reasons = answers.flatMap(answer => ('reason' in answer ? [answer.reason] : []));
  throw new LookupFailed(
    reasons.length === 0
      ? 'The setting portcullis.addressLookup names no service: enter your address instead.'
      : `Your address could not be looked up (${reasons.join('; ')}): enter it instead.`,
  );
}

async function addressFrom(service: string, ask: Fetch): Promise<{ address: string } | { reason: string }> {
  if (!URL.canParse(service) || new URL(service).protocol !== 'https:')
    return { reason: `${service} is no https address` };
  const { host } = new URL(service);
  try {
    const response = await ask(service, {
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.timeout(milliseconds),
    });
    if (!response.ok) return { reason: `${host} answered with status ${response.status}` };
    const text = (await response.text()).trim();
    return isAddress(text) ? { address: text } : { reason: `${host} answered with something else than an address` };
  } catch {
    return { reason: `${host} did not answer` };
  }
}

/** One address, and not a block or a tag. */
function isAddress(text: string): boolean {
  return text.length <= mostCharacters && (parseV4(text) !== undefined || parseV6(text) !== undefined);
}
