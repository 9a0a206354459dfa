import type { Text } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import * as exceptions from '../../src/operator/screens/exceptions.ts';
import { fen } from '../../src/values/fen.ts';

const parked = {
  ...({ trace: '000045', batch: '000001', type: 'sale', amount: fen(12_850), state: 'parked' } as const),
  ...{ tries: 12, card: '622202******1234' },
};
const pending = { ...parked, trace: '000046', type: 'completion-advice', state: 'pending', tries: 1 } as const;
const rows = [parked, pending, { ...parked, trace: '000047', state: 'reversed-unconfirmed' as const }];

/** The screens of the exceptions list, as `samples` holds them. */
export const exceptionSamples = (bar: BarFacts) =>
  ({
    'exceptions.list': (t) => exceptions.exceptionList(t, bar, { rows, more: false, count: 3 }),
    'exceptions.list:more': (t) =>
      exceptions.exceptionList(t, bar, { rows: [...rows, parked, pending].map(named), more: true, count: 17 }),
    'exceptions.archive': (t) =>
      exceptions.exceptionArchive(t, bar, {
        problem: {
          ...{ kind: 'archive-broken', file: '/var/lib/guitai/journal/archive.db', why: 'checksum' },
          set_aside: '/var/lib/guitai/journal/archive-broken-20261201T041259.db',
        },
      }),
    'exceptions.archive:left': (t) =>
      exceptions.exceptionArchive(t, bar, {
        problem: {
          ...{ kind: 'archive-broken', file: '/var/lib/guitai/journal/archive.db', why: 'disk I/O error' },
          ...{ set_aside: null, in_place: true },
        },
      }),
    'exceptions.none': (t) => exceptions.exceptionNone(t, bar),
    'exceptions.trying': (t) => exceptions.exceptionTrying(t, bar),
    'exceptions.chosen': (t) => exceptions.exceptionChosen(t, bar, { ...parked, mayRule: true }),
    'exceptions.ruling': (t) => exceptions.exceptionRuling(t, bar, parked),
    'exceptions.ruling:void': (t) => exceptions.exceptionRuling(t, bar, { ...parked, type: 'void' }),
    'exceptions.ruling:completion': (t) => exceptions.exceptionRuling(t, bar, { ...parked, type: 'completion' }),
    'exceptions.reference': (t) => exceptions.exceptionReference(t, bar, { typed: '0941070' }),
    'exceptions.ended': (t) => exceptions.exceptionRuled(t, bar, { ...parked, state: 'reversed' }),
  }) as const satisfies Record<string, (text: Text) => Screen>;

const named = <Row extends object>(row: Row, place: number) => ({ ...row, trace: `00004${place}` });
