import type { Settlement } from '../../src/journal/settlements.ts';
import { nodesOf, type Seen } from './eye.ts';
import type { Finding } from './oracles.ts';
import { type Books, type PaperLedger, sumsOf } from './paper.ts';
import { fenOf } from './slips.ts';
import type { World } from './world.ts';

export const TERMINAL = '50461160';

/** Checks closed batches: both sides closed them with the rows' figures and a slip, or two people did. */
export interface SettledBooks {
  /** What is wrong with the batches closed since the last call. */
  check(books: Books): Finding[];
}

/** No errand closes more batches than these. */
const AT_ONCE = 6;

export function settledBooks(world: World, paper: PaperLedger): SettledBooks {
  const looked = new Set<string>();
  let isFirst = true;

  /** The totals that the terminal gave for the batch must be those of its rows. */
  function ours({ batch, totals, id }: Settlement, { rowsIn }: Books): string[] {
    const said = [totals.home, totals.foreign]
      .flatMap(({ debit, credit }) => [debit, credit])
      .flatMap(({ count, amount }) => [count, amount]);
    const here = sumsOf(rowsIn(batch));
    return said.join() === here.join() ? [] : [`settlement ${id} of batch ${batch} says ${said}, and the rows ${here}`];
  }

  function check(books: Books): string[] {
    const { office, moved } = world.bank;
    const wrong: string[] = [];
    const ended = office.settlements
      .list(AT_ONCE)
      .filter(({ ended, id }) => ended !== null && !looked.has(`bank ${id}`));
    for (const { id, batch, counted } of ended) {
      looked.add(`bank ${id}`);
      // F48: the flag of each card group behind its four figures.
      if (counted[30] !== '1' || counted[61] !== '1')
        wrong.push(`batch ${batch} was closed and not balanced: ${counted}`);
      if (!isFirst) wrong.push(...paper.settled(batch));
    }
    const last = world.journal?.lastSettlement() ?? null;
    if (last === null || looked.has(`here ${last.id}`)) return wrong;
    const ruled = last.step('ruled');
    if (last.step('ended') === null && ruled === null) return wrong;
    looked.add(`here ${last.id}`);
    if (isFirst) return wrong;
    wrong.push(...ours(last, books), ...paper.settled(last.batch));
    if (ruled === null) return wrong;
    if (ruled.people[0] === ruled.people[1]) wrong.push(`batch ${last.batch} was closed by one person twice`);
    if (!moved.has(last.batch)) wrong.push(`two people closed batch ${last.batch}, which nobody took away`);
    return wrong;
  }

  return {
    check(books) {
      const wrong = check(books);
      isFirst = false;
      return wrong.map((text) => ({ kind: 'books', text }));
    },
  };
}

/**
 * Bank and terminal must have the same batch open, unless the terminal has yet to hear that its own was taken away. The
 * bank must have no open case that a person has to look at.
 */
export function atRest({ bank, journal }: World): Finding[] {
  const findings: Finding[] = [];
  const { office } = bank;
  const there = office.terminals.batch(TERMINAL);
  if (journal !== null && journal.batch !== there && !bank.moved.has(journal.batch))
    findings.push({ kind: 'books', text: `batch ${journal.batch} here, ${there} at the bank` });
  for (const { reason, batch, trace, amount } of office.cases.list(MOST_CASES, true)) {
    // A batch that the bank took away always gets a case; amount 0 says that both sides agree to the fen.
    if (reason === 'unsettled' && bank.moved.has(batch) && amount === 0) continue;
    findings.push({ kind: 'books', text: `a case at the bank: ${reason} of ${batch} ${trace}` });
  }
  return findings;
}

/** More cases than a day of moved batches opens. */
const MOST_CASES = 50;

const SIDES = ['home.debit', 'home.credit', 'foreign.debit', 'foreign.credit'];

/** The totals on the screens of a settlement are its rows', where nothing was on its way to the bank. */
export function misfigured(seen: readonly Seen[], { rowsIn }: Books): Finding[] {
  const wrong = new Set<string>();
  for (const { screen } of seen) {
    if (screen.id !== 'settlement.confirm' && screen.id !== 'settlement.done') continue;
    const nodes = nodesOf(screen);
    if (nodes.some(({ key }) => key === 'waiting' || key === 'home')) continue;
    const named = nodes.find(({ key }) => key === 'ask' || key === 'numbers');
    const batch = /\d{6}/.exec(named?.node === 'text' ? named.text : '')?.[0];
    if (batch === undefined) continue;
    const here = sumsOf(rowsIn(batch));
    for (const node of nodes) {
      const at = SIDES.indexOf(node.key ?? '');
      if (node.node !== 'row' || at < 0) continue;
      const fen = fenOf(node.state.replace('¥', ''));
      if (fen !== here[2 * at + 1]) wrong.add(`${screen.id} of ${batch} says ${fen} ${node.key}, and the rows ${here}`);
    }
  }
  return [...wrong].map((text) => ({ kind: 'screen', text }));
}
