import type { Config } from '../config/config.ts';
import type { CentreParameters } from '../config/parameters.ts';
import type { EntryFacts } from '../journal/entry.ts';
import type { EntryEvent } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import type { SettlementStep } from '../journal/settlements.ts';
import type { Happening } from '../recorder/happening.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { hashOf, type Segments } from '../recorder/segments.ts';
import { type Masked, masked, maskedJson } from '../values/masked.ts';
import { Fault } from '../values/problem.ts';
import type { Batch } from '../values/trace.ts';

interface Beginning {
  readonly config: Config;
  readonly version: string;
  readonly journal: Pick<Journal, 'batch' | 'debts' | 'lastTrace'>;
  readonly last: Segments['last'];
}

/** The record at power-on: which terminal this is, its configuration, and the debts from before. */
export function begun({ config, version, journal, last }: Beginning): Happening {
  const { merchant, ...terminal } = config.terminal;
  const { operators, ...profile } = config.profile;
  const told = maskedJson({
    terminal: { ...terminal, merchant: { name: merchant.name, terminal: merchant.terminal } },
    network: config.network,
    // First passwords stay out: one opens a terminal that nobody has signed in to.
    profile: { ...profile, operators: operators.map(({ number, role }) => ({ number, role })) },
    board: config.board,
  });
  return {
    kind: 'begin',
    version: masked(version),
    digest: masked(hashOf(JSON.stringify(told))),
    config: told,
    merchant: [merchant.id.slice(0, 7), merchant.id.slice(7)].map(masked),
    serial: apart(terminal.serial),
    support: { machine: apart(terminal.support.machine), accounts: apart(terminal.support.accounts) },
    batch: masked(journal.batch),
    trace: masked(journal.lastTrace),
    owed: journal.debts().map(({ entry, debt, state }) => {
      const { type, batch, trace, amount, card } = entry.row;
      return maskedJson({ type, batch, trace, amount, card, debt, state });
    }),
    clean: last === null || last.kind === 'end',
    torn: last?.torn ?? 0,
  };
}

/** Splits a number into parts: as a whole, every tenth serial or telephone number could pass for a card's. */
function apart(number: string): readonly Masked[] {
  return (number.match(/.{1,7}/gs) ?? []).map(masked);
}

export function parametersTold(sent: CentreParameters): Happening {
  const support = { machine: apart(sent.phone_machine), accounts: apart(sent.phone_accounts) };
  return { kind: 'parameters', sent: maskedJson(sent), support };
}

/** A new row of the journal, or an event of a row. The row's sealed card is left out. */
export function entryTold(facts: EntryFacts, { kind, ...detail }: EntryEvent | { kind: 'begun' }): Happening {
  const { type, batch, trace, amount, card, entry_mode, original, operator, particulars } = facts;
  const row = kind === 'begun' ? { card, entry_mode, original, operator, particulars } : {};
  return {
    kind: 'entry',
    ...{ type: masked(type), batch: masked(batch), trace: masked(trace), amount, event: masked(kind) },
    detail: maskedJson({ ...row, ...detail }),
  };
}

export function settlementTold(batch: Batch, { kind, ...detail }: SettlementStep): Happening {
  return { kind: 'settlement', batch: masked(batch), step: masked(kind), detail: maskedJson(detail) };
}

/** Opens the journal; where that fails, the record says why, at once: the program goes no further. */
export function refusalTold<T>({ note, spill }: Pick<Recorder, 'note' | 'spill'>, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof Fault) {
      note({ kind: 'refused', problem: maskedJson(error.problem) });
      spill();
    }
    throw error;
  }
}
