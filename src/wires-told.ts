import type { WireEvent } from './host/link.ts';
import type { HandshakeStep } from './operator/screens/handshake.ts';
import type { Printer } from './receipt/printer.ts';
import type { WireLog } from './recorder/wire-log.ts';

/** One line for a message that crossed the bank's line: its fields are masked already. */
export function hostLine({ direction, line, mti, fields, note }: WireEvent): string {
  const arrow = direction === 'out' ? '→' : '←';
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return [arrow, mti, line === 'backup' ? '(backup)' : '', ...shown, note ?? '']
    .filter((part) => part !== '')
    .join(' ');
}

/** How far a handshake is, by the message that has just left or come. */
const stepAfter: Readonly<Record<string, HandshakeStep>> = {
  hello: 'prove',
  'centre-proof': 'prove',
  'terminal-proof': 'key',
  stored: 'check',
};

export function handshakeStep(said: string): HandshakeStep | null {
  return stepAfter[said] ?? null;
}

/** The printer, telling the wire log how each slip ended. */
export function wiredPrinter(printer: Printer, wire: WireLog): Printer {
  return {
    ...printer,
    async print(table, beforeFirstByte) {
      const end = await printer.print(table, beforeFirstByte);
      wire.note('printer', end.printed ? `printed, ${table.length} rows` : `not printed: ${end.problem.kind}`);
      return end;
    },
  };
}
