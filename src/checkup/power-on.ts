import { acknowledged, untilSeen } from '../operator/ask.ts';
import type { Operator } from '../operator/operator.ts';
import { checkupDegraded, checkupDone, checkupFailed, checkupRunning } from '../operator/screens/checkup.ts';
import type { Clock } from '../values/clock.ts';
import { type CheckupRow, checkUp, type Probe, saleIsPossible } from './checkup.ts';

export interface CheckupDesk {
  readonly operator: Operator;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  readonly version: string;
  /** Told of the rows as they come, for the status socket. */
  keep(rows: readonly CheckupRow[]): void;
}

/** While a sale is impossible the parts are asked again after this long: a plug that is put back in needs no key. */
const ASK_AGAIN_S = 3;

/**
 * The self-check at power-on. Goes on by itself where all is well, and by the green key where a sale is still possible;
 * `checked` is told after the first round, whatever it found.
 */
export async function powerOn(desk: CheckupDesk, checked: () => void): Promise<void> {
  for (;;) {
    const rows = await round(desk);
    checked();
    if (rows.every((row) => row.state === 'ok')) return;
    const { operator, version } = desk;
    if (saleIsPossible(rows)) {
      const key = await untilSeen(operator, 'attention', ['enter', 'cancel'], (text, bar) =>
        checkupDegraded(text, bar, { version, rows }),
      );
      if (key === 'enter') return;
      continue;
    }
    operator.beep('attention');
    operator.show((text, bar) => checkupFailed(text, bar, { version, rows }));
    await operator.pressWithin(ASK_AGAIN_S);
  }
}

/** The same check when the operator asks for it. */
export async function checkUpOnDemand(desk: CheckupDesk): Promise<void> {
  const { operator, version } = desk;
  for (;;) {
    const rows = await round(desk);
    operator.show((text, bar) => checkupDone(text, bar, { version, rows }));
    if ((await acknowledged(operator, ['enter', 'cancel'])) === 'cancel') return;
  }
}

function round({ operator, clock, probes, version, keep }: CheckupDesk): Promise<readonly CheckupRow[]> {
  return checkUp(probes, clock, (rows) => {
    keep(rows);
    operator.show((text, bar) => checkupRunning(text, bar, { version, rows }));
  });
}
