import type { ByteLine } from '../../board/buses.ts';
import { type Clock, within } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { inbox } from '../values/inbox.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { pieces } from './commands.ts';
import { type LaidRow, layOut } from './layout.ts';
import { firstAnswer, type PrinterAnswer } from './printer-answers.ts';
import { type PrinterStatus, problemOf, statusOf } from './printer-status.ts';
import type { ReceiptTable } from './table.ts';

/**
 * `printed`: the printer's own word that the last line is on paper and the cut is made. `begun`: something of it may be
 * on paper, so the next try must say DUPLICATE (money rule 5).
 */
export type PrintEnd = { printed: true } | { printed: false; problem: Problem; begun: boolean };

/** An ESC/POS receipt printer with Chinese characters (GB18030) on a serial line. */
export interface Printer {
  /**
   * Prints one table. A printer's fault is returned, never thrown: paper may fail, a sale may not. `beforeFirstByte` is
   * called when the printer is ready and before anything can come onto paper: the place to record that the copy is
   * begun.
   */
  print(table: ReceiptTable, beforeFirstByte?: () => void): Promise<PrintEnd>;
  /** Asks for paper, cover, head and cutter. Throws a Fault: device-silent, device-lost. */
  status(): Promise<PrinterStatus>;
  /** As `status`, and has the printer confirm in its way. Throws a Fault of whatever keeps it from printing. */
  check(): Promise<PrinterStatus>;
  /** Half-width characters a line. */
  readonly columns: number;
  /** Dots a line. */
  readonly dots: number;
  /** The line stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface PrinterOptions {
  readonly line: ByteLine;
  readonly clock: Clock;
  /** 32 on 58 mm, 48 on 80 mm. */
  readonly columns: number;
  /** 384 on 58 mm, 576 on 80 mm. */
  readonly dots: number;
  /** How the printer tells that it has printed, by the board's description. */
  readonly confirms?: Confirmation;
  /** True where power failed in mid-copy: the unfinished paper is cut off before the first receipt. */
  readonly cutFirst?: boolean;
}

/**
 * `process-id`: GS ( H, answered with its number when what came before it is on paper. `queued-status`: GS r 1, which
 * every printer knows; its answer has no number and comes when the printer has read that far, some lines before they
 * are on paper.
 */
export type Confirmation = 'process-id' | 'queued-status';

/** A real-time status is answered at once, by a busy and an offline printer too. */
const STATUS_MS = 500;
const CONFIRM_MS = 1000;
/** Between two looks at paper and cover while lines are being printed. */
const LOOK_MS = 250;
/**
 * A printer that reports no problem but confirms nothing for so long has failed. A buffer full of hanzi prints in 3 s.
 */
const STALLED_MS = 8000;
/** Time for a printer that answers GS r early to print the lines that it has read but not printed yet. */
const CATCH_UP_MS = 600;
/** After this silence no answer to an earlier GS r can still come: it is longer than one piece takes to print. */
const QUIET_MS = 2000;
/** The most answers that a printer can owe from earlier jobs; one that sends more sends nonsense. */
const MOST_OLD = 32;
/** One piece being printed and one waiting: the head never stands still, and the buffer (4 kB) never overflows. */
const AHEAD = 2;

/** DLE EOT 1 to 4: as many as a printer takes at once, if nothing follows before it has answered them all. */
const STATUS = [1, 2, 3, 4].flatMap((n) => [0x10, 0x04, n]);
const QUEUED_STATUS = [0x1d, 0x72, 0x01];
const PROCESS_ID = [0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30];
/** DLE DC4, function 8: drops what is buffered, so that no old receipt's tail follows the new paper. */
const CLEAR_BUFFERS = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/**
 * Zeros that complete a command that was cut off, such as a picture: longer than any of ours. Alone they do nothing.
 */
const FILLER = new Uint8Array(512);

export function printer(options: PrinterOptions): Printer {
  const { line, clock, columns, dots, confirms = 'process-id', cutFirst = false } = options;
  const arrived = inbox(clock, 512);
  const unlisten = line.listen(arrived.push);
  const alone = exclusive();
  /** Something of a failed receipt, or of one before this process, may still be in the printer's buffer. */
  let tail = true;
  /** The start of a failed receipt hangs out of the printer. */
  let stump = cutFirst;
  /** The printer fell silent in mid-receipt: before the next one it must confirm once, which costs no paper. */
  let doubted = false;
  // Not from zero: an answer that was meant for the process before a power cut must not be taken for one of ours.
  let count = Math.floor(clock.now() / 1000);
  const confirmed = new Set<string>();

  async function send(bytes: readonly number[] | Uint8Array): Promise<void> {
    const writing = async () => {
      try {
        await line.write(Uint8Array.from(bytes));
      } catch (cause) {
        throw new Fault({ kind: 'device-lost', device: 'printer' }, { cause });
      }
      return true;
    };
    if ((await within(clock, STALLED_MS, writing)) === null) throw silent(STALLED_MS);
  }

  /** The next thing the printer says; its confirmations are noted on the way. */
  async function hear(ms: number): Promise<PrinterAnswer | null> {
    const answer = await arrived.heard(ms, firstAnswer);
    if (answer?.say === 'process') confirmed.add(answer.id);
    // In `process-id` mode nobody asks for this answer: there it is noise on the line.
    if (answer?.say === 'queued' && confirms === 'queued-status') {
      // Some printers go on reading when the paper is out, and print onto nothing.
      if (answer.paperOut) throw new Fault({ kind: 'paper-out' });
      confirmed.add(QUEUE);
    }
    return answer;
  }

  async function hearSaid(say: PrinterAnswer['say'], ms: number): Promise<PrinterAnswer | null> {
    const deadline = clock.monotonic() + ms;
    for (;;) {
      const answer = await hear(Math.max(0, deadline - clock.monotonic()));
      if (answer === null || answer.say === say) return answer;
      // A line that is never quiet gets no more time than any other.
      if (clock.monotonic() >= deadline) return null;
    }
  }

  async function look(): Promise<PrinterStatus> {
    const next = async () => {
      const answer = await hearSaid('status', STATUS_MS);
      if (answer?.say !== 'status') throw silent(STATUS_MS);
      return answer.byte;
    };
    await send(STATUS);
    return statusOf([await next(), await next(), await next(), await next()]);
  }

  /** As `look`, while no confirmation is awaited: late answers to an earlier look are dropped, and answer no other. */
  async function lookAnew(): Promise<PrinterStatus> {
    arrived.clear();
    return look();
  }

  /** Throws a Fault of whatever keeps it from printing. */
  async function ready(): Promise<PrinterStatus> {
    const status = await lookAnew();
    const problem = problemOf(status);
    if (problem !== null) throw new Fault(problem);
    return status;
  }

  /** Hears the printer confirm as its description says. */
  async function confirming(): Promise<void> {
    await send(confirms === 'process-id' ? processId() : QUEUED_STATUS);
    if ((await hearSaid(confirms === 'process-id' ? 'process' : 'queued', CONFIRM_MS)) !== null) return;
    const why = `it does not answer as printer.confirms in the board's file says: ${confirms}`;
    throw new Fault({ kind: 'device-garbled', device: 'printer', why });
  }

  /** Drops what is buffered while the printer stands still, so that closing the cover starts no old receipt again. */
  async function clearBuffers(): Promise<void> {
    await send(CLEAR_BUFFERS);
    tail = (await hearSaid('cleared', STATUS_MS)) === null && tail;
  }

  /** Gets rid of what is left of earlier receipts: dropped, or printed to its end where the printer cannot drop it. */
  async function withoutTail(): Promise<void> {
    if (tail) await clearBuffers();
    if (!tail) return;
    await send(FILLER);
    if (confirms === 'queued-status') await oldAnswersGone();
    tail = false;
  }

  /** Waits until all old answers have come: without a number, one could be taken for the word on a new receipt. */
  async function oldAnswersGone(): Promise<void> {
    await send(QUEUED_STATUS);
    if ((await hearSaid('queued', STALLED_MS)) === null) throw silent(STALLED_MS);
    for (let old = 0; (await hearSaid('queued', QUIET_MS)) !== null; old++) if (old > MOST_OLD) throw silent(QUIET_MS);
  }

  function nextId(): string {
    count = (count + 1) % 10_000;
    return String(count).padStart(4, '0');
  }

  function processId(id = nextId()): number[] {
    return [...PROCESS_ID, ...Buffer.from(id, 'latin1')];
  }

  /** Waits for the printer's word on `id`, looking at paper and cover meanwhile. */
  async function confirm(id: string): Promise<void> {
    const since = clock.monotonic();
    let looked = since;
    while (!confirmed.delete(id)) {
      const left_ms = looked + LOOK_MS - clock.monotonic();
      // Answers about another piece, and noise, do not put off the next look.
      if (left_ms > 0 && (await hear(left_ms)) !== null) continue;
      looked = clock.monotonic();
      const problem = problemOf(await look());
      const waited_ms = clock.monotonic() - since;
      // A hot head cools by itself; for everything else somebody has to come.
      if (problem !== null && (problem.kind !== 'print-head-hot' || waited_ms > STALLED_MS)) throw new Fault(problem);
      if (waited_ms > STALLED_MS) throw silent(STALLED_MS);
    }
  }

  async function printAll(table: ReceiptTable): Promise<void> {
    const unconfirmed: string[] = [];
    confirmed.clear();
    const rows = layOut(table, columns);
    for (const piece of pieces(stump ? [...CUT_OFF, ...rows] : rows)) {
      const id = confirms === 'process-id' ? nextId() : QUEUE;
      await send(Buffer.concat([piece, Uint8Array.from(id === QUEUE ? QUEUED_STATUS : processId(id))]));
      unconfirmed.push(id);
      // GS r answers carry no number, so in that mode each is awaited before the next is asked for.
      while (unconfirmed.length >= (id === QUEUE ? 1 : AHEAD)) await confirm(unconfirmed.shift() ?? id);
    }
    for (const id of unconfirmed) await confirm(id);
    if (confirms === 'queued-status') await caughtUp();
  }

  /** Waits until the lines that were read early must be on paper, then checks that paper, cover and power have held. */
  async function caughtUp(): Promise<void> {
    await clock.sleep(CATCH_UP_MS);
    const problem = problemOf(await look());
    if (problem !== null) throw new Fault(problem);
  }

  async function print(table: ReceiptTable, beforeFirstByte: () => void): Promise<PrintEnd> {
    let begun = false;
    try {
      await ready();
      await withoutTail();
      if (doubted) await confirming();
      doubted = false;
      beforeFirstByte();
      begun = true;
      await printAll(table);
      stump = false;
      return { printed: true };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // When the paper ran out, the printed part left with it; otherwise the stump is cut off before the next receipt.
      if (begun) stump = error.problem.kind !== 'paper-out';
      if (begun) doubted = error.problem.kind === 'device-silent';
      if (begun) await dropTail();
      return { printed: false, problem: error.problem, begun };
    }
  }

  async function dropTail(): Promise<void> {
    tail = true;
    try {
      await clearBuffers();
    } catch (error) {
      // The printer is lost or without power: `tail` has its buffers cleared before the next receipt.
      if (!(error instanceof Fault)) throw error;
    }
  }

  return {
    print: (table, beforeFirstByte = () => undefined) => alone(() => print(table, beforeFirstByte)),
    status: () => alone(lookAnew),
    check: () =>
      alone(async () => {
        const status = await ready();
        await confirming();
        return status;
      }),
    columns,
    dots,
    close: () => alone(async () => unlisten()),
  };
}

const CUT_OFF: readonly LaidRow[] = [{ kind: 'feed', lines: 3 }, { kind: 'cut' }];

/** Stands for the process id in the mode that has none. */
const QUEUE = 'queued';

function silent(waited_ms: number): Fault {
  return new Fault({ kind: 'device-silent', device: 'printer', waited_ms });
}
