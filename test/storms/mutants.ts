import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A storm that passes a broken program is missing a ledger: each of these breaks one promise about money in a copy of
 * the sources, and must be found. `MUTANT=part-of-a-name` tries some of them, `SEEDS=n` sets how many seeds each gets.
 */
interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A second place in the same file that must be changed too. */
  readonly also?: { readonly from: string; readonly to: string };
  /** Plays this file of `regressions/` instead of seeds: only two faults that rarely meet show the mutant. */
  readonly errands?: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'the row says sent after the bytes have left',
    file: 'src/payment/charge.ts',
    from: 'host.send(prepared, () => {\n      entry.sent();\n      sent();\n    }),',
    to: 'host.send(prepared, sent).then((answer) => {\n      entry.sent();\n      return answer;\n    }),',
  },
  {
    name: 'what was sent and not answered owes nothing',
    file: 'src/journal/progress.ts',
    from: "['reverse', OPEN, NOT_YET, '-', ['reverse']]",
    to: "['reverse', OPEN, NOT_YET, '-', []]",
  },
  {
    name: 'nothing is settled in the background',
    file: 'src/build.ts',
    from: 'lasting(() => debts.run(signal), signal, clock)',
    to: 'Promise.resolve()',
  },
  {
    name: 'paper that is owed is printed by nobody',
    file: 'src/build.ts',
    from: 'paper.run(signal), ',
    to: '',
  },
  {
    name: 'a copy that was begun is printed again without DUPLICATE',
    file: 'src/journal/entry.ts',
    from: "duplicate: state === 'begun'",
    to: 'duplicate: false',
  },
  {
    name: 'a copy is begun after its first byte',
    file: 'src/paper/paper-desk.ts',
    from: 'onPaper(slip, () => entry.copyBegun(copy));',
    to: 'onPaper(slip);\n      entry.copyBegun(copy);',
  },
  {
    name: 'a copy counts as printed whatever the printer says',
    file: 'src/paper/paper-desk.ts',
    from: 'if (end.printed) entry.copyPrinted(copy);',
    to: 'entry.copyPrinted(copy);',
  },
  {
    name: 'silence is a no',
    file: 'src/host/answers.ts',
    from: "money: 'unknown',\n    code: null,",
    to: "money: why === 'silent' ? 'not charged' : 'unknown',\n    code: null,",
  },
  {
    name: 'a line that was lost is a no',
    file: 'src/host/answers.ts',
    from: "money: 'unknown',\n    code: null,",
    to: "money: why === 'line-lost' ? 'not charged' : 'unknown',\n    code: null,",
  },
  {
    name: 'any MAC will do',
    file: 'src/host/answers.ts',
    from: "if (!vault.macMatches(coveredByMac(bytes), heard.mac)) return 'bad-mac';",
    to: '',
  },
  {
    name: 'an answer without a MAC will do',
    file: 'src/host/answers.ts',
    from: "if (heard.mac === undefined) return 'no-mac';\n    if (!vault",
    to: 'if (heard.mac !== undefined && !vault',
  },
  {
    name: 'what is charged and not completed stays as it is',
    file: 'src/journal/progress.ts',
    from: "['reverse', OPEN, NOT_YET, '-', ['reverse']]",
    to: "['reverse', ['sent', 'unknown'], NOT_YET, '-', ['reverse']],\n  ['reverse', 'charged', NOT_YET, '-', []]",
  },
  {
    name: 'a reversal that nobody acknowledged counts as one',
    file: 'src/host/reversal.ts',
    from: "if (why !== null || code === null) return { end: 'no-answer', code, why };",
    to: "if (why !== null || code === null) return { end: 'acknowledged', code: '00' };",
    errands: 'reversal-that-nobody-heard.json',
  },
  {
    name: 'a hold is not charged by the journal’s own word',
    file: 'src/charged/answer.ts',
    from: "  return verdict('unknown', 'held-here');",
    to: "  return verdict('not-charged', 'held');",
    errands: 'ended-at-another-terminal.json',
  },
  {
    name: 'what another terminal has refunded is charged',
    file: 'src/charged/answer.ts',
    from: "  if (refunded === 0) return 'bank-posted';",
    to: "  if (refunded >= 0) return 'bank-posted';",
    errands: 'ended-at-another-terminal.json',
  },
  {
    name: 'a no for its original leaves that as the journal has it',
    file: 'src/payment/result.ts',
    from: '  return row === null || !pastTheOriginal.includes(row.fixer);',
    to: '  return row === null;',
    errands: 'ended-at-another-terminal.json',
  },
  {
    name: 'an advice is told once',
    file: 'src/journal/events.ts',
    from: "? { stage: stage === 'accepted' ? stage : 'unknown', tries: tries + 1 }",
    to: "? { stage: stage === 'accepted' ? 'completed' : 'unknown', tries: tries + 1 }",
  },
  {
    name: 'a refund without an answer is not asked again',
    file: 'src/journal/progress.ts',
    from: "[TOLD_AGAIN, ['sent', 'unknown'], UNDECIDED, '-', ['repeat']]",
    to: "[TOLD_AGAIN, ['sent', 'unknown'], UNDECIDED, '-', []]",
  },
  {
    name: 'the journal does not wait for the disk',
    file: 'src/journal/store.ts',
    from: 'PRAGMA synchronous = FULL;',
    to: 'PRAGMA synchronous = OFF;',
    also: { from: "must(database, 'synchronous', 2);", to: '' },
  },
  {
    name: 'the approved screen stands before the row is complete',
    file: 'src/payment/charge.ts',
    from: '    entry.completed();\n  } catch',
    to: '    await showApproved(counter, entry);\n    entry.completed();\n  } catch',
  },
  {
    name: 'the bank takes an original that comes after its reversal',
    file: 'bank/trade.ts',
    from: 'if (known !== null) return again(office, request, known);',
    to: `if (known !== null && known.state !== 'tombstone') return again(office, request, known);
  if (known !== null) office.books.db.prepare('UPDATE trade SET trace = 900000 + id WHERE id = ?').run(known.id);`,
  },
  {
    name: 'the bank posts what it hears twice',
    file: 'bank/trade.ts',
    from: 'if (known !== null) return again(office, request, known);',
    to: `if (known !== null && known.state !== 'posted') return again(office, request, known);
  if (known !== null) office.books.db.prepare('UPDATE trade SET trace = 900000 + id WHERE id = ?').run(known.id);`,
  },
  {
    name: 'a full disk at the supervisor ends the program',
    file: 'src/payment/supervisor.ts',
    from: 'if (!(error instanceof Fault)) throw error;\n    await',
    to: 'throw error;\n    await',
    errands: 'supervisor-on-a-full-disk.json',
  },
  {
    name: 'a flow whose request has left is refused',
    file: 'src/payment/charge.ts',
    from: "if (entry.debt === 'nothing') return refuse(",
    to: 'if (entry !== undefined) return refuse(',
    errands: 'disk-that-breaks-as-the-answer-comes.json',
  },
  {
    name: 'what the bank has yet to be told is said to be charged',
    file: 'src/payment/accept.ts',
    from: "state: state === 'approved' || state === 'parked' ? state : 'pending'",
    to: "state: state === 'parked' ? state : 'approved'",
  },
  {
    name: 'the screen says what was charged before this',
    file: 'src/payment/result.ts',
    from: 'saleApproved(text, bar, { amount, authorisation,',
    to: 'saleApproved(text, bar, { amount: (amount + 1) as Fen, authorisation,',
  },
  {
    name: 'a card pays twice what the merchant is owed',
    file: 'bank/fees.ts',
    from: '{ account: cardAccount(card), amount: -amount },',
    to: '{ account: cardAccount(card), amount: -2 * amount },\n    { account: ACQUIRER_FEES, amount },',
  },
  {
    name: 'the slip says another amount',
    file: 'src/paper/slip-facts.ts',
    from: "if (type !== 'instalment' || periods === undefined) return { amount };",
    to: "if (type !== 'instalment' || periods === undefined) return { amount: (amount + 1) as typeof amount };",
  },
  {
    name: 'a slip that is printed again looks like the first',
    file: 'src/paper/paper-desk.ts',
    from: "report(saleReceipt(slipOf(entry, true), 'cardholder', text()))",
    to: "report(saleReceipt(slipOf(entry, false), 'cardholder', text()))",
  },
  {
    name: 'a settlement whose slip was begun is printed again without DUPLICATE',
    file: 'src/paper/paper-desk.ts',
    from: "const duplicate = owed.step('slip-begun') !== null;",
    to: 'const duplicate = false;',
    errands: 'power-as-a-settlement-slip-is-out.json',
  },
  {
    name: 'the totals leave a void out',
    file: 'src/receipt/totals-slip.ts',
    from: "value: money(of('debit') - of('credit'))",
    to: "value: money(of('debit'))",
  },
  {
    name: 'a line that is down ends the program at the sign-out',
    file: 'src/terminal.ts',
    from: 'batch: journal.batch });\n  } catch (error) {\n    if (!(error instanceof Fault)) throw error;',
    to: 'batch: journal.batch });\n  } catch (error) {\n    throw error;',
    errands: 'signed-out-without-a-line.json',
  },
  {
    name: 'a commit whose sync has failed stays in the log',
    file: 'src/journal/store.ts',
    from: 'if (isUnsure(error)) writeOver();',
    to: 'if (isUnsure(error)) doubt = null;',
  },
  {
    name: 'the list of the batch says another amount',
    file: 'src/receipt/detail-list.ts',
    from: 'value: money(amount) },',
    to: 'value: money(amount + 1) },',
  },
  {
    name: 'on paper nothing was charged',
    file: 'src/receipt/evidence-slip.ts',
    from: 'text(answerWords[of.type]?.[answer] ??',
    to: "text(answer === 'charged' ? 'report.evidence.answer.not-charged' :",
  },
  {
    name: 'the settlement says another total on the screen',
    file: 'src/operator/screens/settlement.ts',
    from: 'const { amount, count } = totals[group][side];',
    to: 'const { count } = totals[group][side];\n      const amount = (totals[group][side].amount + 1) as Fen;',
  },
  {
    name: 'a balance is told that is another',
    file: 'src/balance/balance.ts',
    from: 'balanceTold(text, bar, { amount, overdrawn,',
    to: 'balanceTold(text, bar, { amount: (amount + 1) as typeof amount, overdrawn,',
  },
  {
    name: 'the customer is told no where the clerk is told yes',
    file: 'src/payment/result.ts',
    from: "customer.due(amount, 'display.approved',",
    to: "customer.due(amount, 'display.declined',",
  },
  {
    name: 'a hold that stands is told as charged',
    file: 'src/charged/answer.ts',
    from: "? { money: 'not-charged', says: 'held' }",
    to: "? { money: 'charged', says: 'bank-completed' }",
    errands: 'hold-that-stands-is-no-charge.json',
  },
];

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

if (process.argv[1] === import.meta.filename) await tryAll(process.env.MUTANT ?? '');

async function tryAll(part: string): Promise<void> {
  const chosen = mutants.filter(({ name }) => name.includes(part));
  let alive = 0;
  for (const mutant of chosen) {
    const found = await findingOf(mutant);
    if (found === null) alive++;
    process.stdout.write(
      `${found === null ? 'LIVES' : 'dies '}  ${mutant.name}${found === null ? '' : `\n         ${found}`}\n`,
    );
  }
  process.stdout.write(`storm-mutants: ${chosen.length} mutants, ${chosen.length - alive} found, ${alive} live\n`);
  process.exitCode = alive === 0 ? 0 : 1;
}

/** The storm's first finding about the mutant; null where it has none. */
export async function findingOf(mutant: Mutant, seeds = process.env.SEEDS ?? '60'): Promise<string | null> {
  const copy = sourcesCopied();
  try {
    writeFileSync(join(copy, mutant.file), broken(mutant));
    const { errands } = mutant;
    const named = errands === undefined ? {} : { ERRANDS: join(copy, 'test', 'storms', 'regressions', errands) };
    const env = { ...process.env, SEEDS: seeds, STOP: '1', ...named };
    const { stdout, stderr } = await run(process.execPath, [join(copy, 'test', 'storms', 'storm.ts')], { env }).catch(
      (ended: { stdout: string; stderr: string }) => ended,
    );
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.endsWith(' finds'));
    const finding = at >= 0 ? lines[at + 1] : lines.find((line) => /^ {4}[A-Z]+: /.test(line));
    if (finding !== undefined) return finding.trim().slice(0, 160);
    return /^storm: .* 0 lost, 0 doubled/m.test(stdout) ? null : `the storm broke: ${stderr.slice(0, 160)}`;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The mutant's file with the promise broken. Throws unless the file holds each place exactly once. */
export function broken({ file, also, ...first }: Mutant): string {
  let source = readFileSync(join(root, file), 'utf8');
  for (const { from, to } of also === undefined ? [first] : [first, also]) {
    if (source.split(from).length !== 2) {
      throw new Error(`${file} does not hold this once, so it cannot be broken: ${from}`);
    }
    source = source.replace(from, () => to);
  }
  return source;
}

function sourcesCopied(): string {
  const copy = mkdtempSync(join(tmpdir(), 'guitai-mutant-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const needed = /^(src|bank|board|firmware-config|systemd|test\/storms|test\/(unit\/)?[\w-]+\.ts|package\.json)/;
  for (const file of files.split('\n').filter((name) => needed.test(name) && !name.startsWith('board/lvgl-bindings'))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  cpSync(join(root, 'test', 'storms', 'vfs', 'storm.so'), join(copy, 'test', 'storms', 'vfs', 'storm.so'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
