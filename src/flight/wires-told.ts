import type { ByteLine } from '../../board/buses.ts';
import type { StripeReader } from '../card/stripe-reader.ts';
import type { CustomerDisplay } from '../customer/display.ts';
import type { WireEvent } from '../host/link.ts';
import type { Buzzer } from '../operator/buzzer.ts';
import type { HandshakeStep } from '../operator/screens/handshake.ts';
import { paperWords } from '../receipt/paper-words.ts';
import type { Printer } from '../receipt/printer.ts';
import type { Happening } from '../recorder/happening.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { WireLog } from '../recorder/wire-log.ts';
import { type Masked, masked, maskedTotals } from '../values/masked.ts';

type HostTold = Extract<Happening, { kind: 'host' }>;

/** Writes a message that crossed the bank's line as one line of the wire log. */
export function hostLine({ way, line, mti, fields, note }: HostTold): string {
  const arrow = way === 'out' ? '→' : '←';
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return [arrow, mti, line === 'backup' ? '(backup)' : '', ...shown, note ?? '']
    .filter((part) => part !== '')
    .join(' ');
}

/** The message for the flight recorder. */
export function hostTold({ direction, line, mti, fields, note }: WireEvent): HostTold {
  return {
    kind: 'host',
    ...{ way: direction, line, mti: masked(mti) },
    fields: fieldsTold(fields),
    note: note === null ? null : masked(note),
  };
}

/** The codec has masked the fields that its table calls secret; this masks a card number that stands in another one. */
function fieldsTold(fields: WireEvent['fields']): Record<string, Masked> {
  const told = Object.entries(fields).map(
    ([name, value]) => [name, name === 'totals' ? maskedTotals(value) : masked(value)] as const,
  );
  return Object.fromEntries(told);
}

/** The step of a handshake after each message that has left or come. */
const stepAfter: Readonly<Record<string, HandshakeStep>> = {
  hello: 'prove',
  'centre-proof': 'prove',
  'terminal-proof': 'key',
  stored: 'check',
};

export function handshakeStep(said: string): HandshakeStep | null {
  return stepAfter[said] ?? null;
}

/** The printer, telling the wire log and the recorder how each slip ended. */
export function wiredPrinter(printer: Printer, wire: WireLog, { note }: Pick<Recorder, 'note'>): Printer {
  let told: string | null = null;
  return {
    ...printer,
    async print(table, beforeFirstByte) {
      const end = await printer.print(table, beforeFirstByte);
      wire.note('printer', end.printed ? `printed, ${table.length} rows` : `not printed: ${end.problem.kind}`);
      const said = end.printed ? 'printed' : end.problem.kind;
      // Without paper the printer is tried again and again, all night if need be: the same failure is noted once.
      if (end.printed || end.begun || said !== told) note({ kind: 'printed', end: masked(said) });
      told = said;
      return end;
    },
  };
}

/** The printer's line, telling the recorder what each piece says on paper. */
export function wiredPaper(line: ByteLine, { note }: Pick<Recorder, 'note'>): ByteLine {
  return {
    ...line,
    write(bytes) {
      const said = paperWords(bytes);
      if (said.length > 0) note({ kind: 'paper', said: said.map(masked) });
      return line.write(bytes);
    },
  };
}

/** The customer's display, telling the recorder its rows whenever they change. */
export function wiredDisplay(display: CustomerDisplay, { note }: Pick<Recorder, 'note'>): CustomerDisplay {
  let before = '';
  return {
    ...display,
    show(rows, discreet) {
      const told = discreet === true ? [] : rows;
      const now = told.join('\n');
      if (now !== before || discreet === true) note({ kind: 'display', rows: told.map(masked) });
      before = now;
      return display.show(rows, discreet);
    },
  };
}

/** The stripe reader, telling the recorder of each swipe: a masked number, or why it could not be read. */
export function wiredReader(reader: StripeReader, { note }: Pick<Recorder, 'note'>): StripeReader {
  return {
    check: () => reader.check(),
    close: () => reader.close(),
    get well() {
      return reader.well;
    },
    async next(signal) {
      const read = await reader.next(signal);
      if (read.read === 'unreadable') note({ kind: 'card', read: 'unreadable', why: masked(read.why) });
      else note({ kind: 'card', read: 'card', number: masked(read.card.pan.masked), chip: read.card.hasChip });
      return read;
    },
  };
}

/** The buzzer, telling the recorder of every sound but a key's click. */
export function wiredBuzzer(buzzer: Buzzer, { note }: Pick<Recorder, 'note'>): Buzzer {
  return {
    ...buzzer,
    beep(beep) {
      if (beep !== 'key') note({ kind: 'sound', sound: masked(beep) });
      buzzer.beep(beep);
    },
  };
}
