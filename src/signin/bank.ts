import type { Host, SignInEnd } from '../host/host.ts';
import type { Journal } from '../journal/journal.ts';

/** Signs the operator in at the bank: new working keys, and the batch that the bank has open. Throws a Fault of the line. */
export async function signInToBank(
  { host, journal }: { readonly host: Host; readonly journal: Journal },
  operator: string,
): Promise<SignInEnd> {
  const end = await host.signIn(operator, { trace: journal.takeTrace(), batch: journal.batch });
  if (end.end === 'signed-in') journal.openBatch(end.batch);
  return end;
}
