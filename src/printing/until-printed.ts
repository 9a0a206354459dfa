import { untilSeen } from '../operator/ask.ts';
import { paperTrouble, type SlipOf } from '../operator/screens/paper.ts';
import type { Counter } from '../payment/counter.ts';
import type { Problem } from '../values/problem.ts';

/** Prints, and again each time the operator says that the trouble is mended; false where the operator gives up. */
export async function untilPrinted(
  { operator }: Pick<Counter, 'operator'>,
  slip: SlipOf | null,
  print: () => Promise<Problem | null>,
): Promise<boolean> {
  for (;;) {
    const problem = await print();
    if (problem === null) return true;
    const key = await untilSeen(operator, 'attention', ['enter', 'cancel'], (text, bar) =>
      paperTrouble(text, bar, { slip, trouble: troubleOf(problem) }),
    );
    if (key === 'cancel') return false;
  }
}

function troubleOf({ kind }: Problem): 'out' | 'cover' | 'fault' {
  if (kind === 'paper-out') return 'out';
  return kind === 'cover-open' ? 'cover' : 'fault';
}
