import type { Text } from '../config/texts.ts';
import { type Report, reportPrinting } from '../operator/screens/printing.ts';
import type { Counter } from '../payment/counter.ts';
import type { ReceiptTable } from '../receipt/table.ts';
import { OVER } from '../values/clock.ts';
import type { Problem } from '../values/problem.ts';
import { untilPrinted } from './until-printed.ts';

/** Prints one report on one slip. */
export async function printReport(counter: Counter, report: Report, draw: (text: Text) => ReceiptTable): Promise<void> {
  const { operator, paper } = counter;
  await untilPrinted(counter, null, () => {
    operator.show((text, bar) => reportPrinting(text, bar, { report, page: null }));
    return paper.report(draw(counter.text()));
  });
}

export interface Page {
  readonly page: number;
  readonly pages: number;
}

/** Prints a list slip by slip; Cancel ends it after the current one. A slip that broke off is printed again whole. */
export async function printPages<P extends Page>(
  counter: Counter,
  report: Report,
  pages: Iterable<P>,
  draw: (page: P, text: Text) => ReceiptTable,
): Promise<void> {
  const list: List = { ending: false };
  for (const page of pages) {
    const printed = await untilPrinted(counter, null, () =>
      printPage(counter, list, report, page, draw(page, counter.text())),
    );
    if (!printed || list.ending) return;
  }
}

interface List {
  /** Somebody has pressed Cancel. */
  ending: boolean;
}

async function printPage(
  { operator, paper }: Counter,
  list: List,
  report: Report,
  { page, pages }: Page,
  table: ReceiptTable,
): Promise<Problem | null> {
  const over = new AbortController();
  const show = () =>
    operator.show((text, bar) => reportPrinting(text, bar, { report, page: { page, pages, ending: list.ending } }));
  const cancelled = async () => {
    while ((await operator.press(over.signal)) !== 'cancel');
    list.ending = true;
    show();
  };
  show();
  const watching = list.ending ? Promise.resolve() : cancelled();
  // When the slip ends it is aborted, below: that rejection says nothing.
  watching.catch(() => undefined);
  try {
    return await paper.report(table);
  } finally {
    over.abort(OVER);
  }
}
