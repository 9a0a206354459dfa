import type { Test } from 'tap';
import { type Counter, clean } from './counter.ts';

/** Pulls the plug and puts it back; resolves when the same operator is signed in again. */
export async function outage(counter: Counter): Promise<void> {
  await counter.power(false);
  await counter.power(true);
  await counter.signIn();
}

const open = ['pending', 'unknown', 'reversing', 'reversed-unconfirmed', 'parked'];

/** Waits until nothing is open, then compares all books and the slips that were printed since `before`. */
export async function agreed(t: Test, counter: Counter, before: number): Promise<void> {
  await counter.until('every row definite', async () =>
    (await counter.journal()).every(({ state }) => !open.includes(state)),
  );
  await clean(t, counter, 'after the cut');
  const [row] = await counter.journal();
  const approved = row?.state === 'approved' ? row.trace : null;
  if (approved !== null) {
    await counter.until('both slips', async () => {
      const slips = await since(counter, before);
      return slips.length === 0 || (isWhole(slips, 'merchant') && isWhole(slips, 'cardholder'));
    });
  }
  const slips = await since(counter, before);
  for (const copy of ['merchant', 'cardholder'] as const) {
    const firsts = slips.filter((text) => text.includes(headers[copy]) && !text.includes('DUPLICATE'));
    // A copy that was printed, but not yet recorded as printed, comes again with the word DUPLICATE (money rule 5).
    t.ok(firsts.length <= 1, `the ${copy}'s copy came ${firsts.length} times without DUPLICATE`);
  }
}

/** The number of the newest slip. */
export async function newest(counter: Counter): Promise<number> {
  return (await counter.paper()).at(-1)?.n ?? 0;
}

/** The texts of the slips after number `before`, in the order of printing. */
export async function since(counter: Counter, before: number): Promise<string[]> {
  return (await counter.get<{ text: string }[]>(`paper?since=${before}`)).map(({ text }) => text);
}

export const headers = { merchant: 'MERCHANT COPY', cardholder: 'CARDHOLDER COPY' } as const;
const ends = { merchant: '本人确认以上交易', cardholder: '谢谢惠顾' } as const;

export function isWhole(slips: readonly string[], copy: keyof typeof headers): boolean {
  return slips.some((text) => text.includes(headers[copy]) && text.includes(ends[copy]));
}
