import type { Host, SignInEnd } from '../host/host.ts';
import type { Journal } from '../journal/journal.ts';
import type { SetClock } from '../values/set-clock.ts';

/** Signs the operator in at the bank: new working keys, and the batch that the bank has open. Throws a Fault of the line. */
export async function signInToBank(
  { host, journal, clock }: { readonly host: Host; readonly journal: Journal; readonly clock: SetClock },
  operator: string,
): Promise<SignInEnd> {
  const end = await host.signIn(operator, { trace: journal.takeTrace(), batch: journal.batch });
  if (end.end !== 'signed-in') return end;
  journal.openBatch(end.batch);
  if (end.host_time !== null) clock.set(end.host_time);
  return end;
}
