import t from 'tap';
import { readConfig } from '../../src/config/config.ts';
import { begun, entryTold, parametersTold, refusalTold } from '../../src/flight/flight.ts';
import { hostLine, hostTold } from '../../src/flight/wires-told.ts';
import type { WireEvent } from '../../src/host/link.ts';
import type { EntryFacts } from '../../src/journal/entry.ts';
import type { Happening } from '../../src/recorder/happening.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch, trace } from '../../src/values/trace.ts';

const config = readConfig('firmware-config');
const journal = { batch: batch('000007'), lastTrace: trace('000123'), debts: () => [] };

t.test('a power-on says which configuration it has, without first passwords', async (t) => {
  const last = { n: 9, hash: '', kind: 'key', torn: 12 };
  const told = begun({ config, version: '1.2.3', journal, last });
  t.match(told, { kind: 'begin', version: '1.2.3', batch: '000007', trace: '000123', clean: false, torn: 12 });
  const text = JSON.stringify(told);
  t.notMatch(text, /first_password|12345678/);
  t.match(text, config.terminal.serial);
  t.match(told, { merchant: [config.terminal.merchant.id.slice(0, 7), config.terminal.merchant.id.slice(7)] });
  t.match(begun({ config, version: '1', journal, last: { ...last, kind: 'end' } }), { clean: true });
});

t.test('numbers that a card could have are told in parts that none can have', async (t) => {
  const [serial, machine, accounts] = ['6222020010011234', '0086 10 6580 0000', '+8613800138002'];
  const terminal = { ...config.terminal, serial, support: { machine, accounts } };
  const told = begun({ config: { ...config, terminal }, version: '1', journal, last: null });
  const support = { machine: ['0086 10', ' 6580 0', '000'], accounts: ['+861380', '0138002'] };
  t.match(told, { serial: ['6222020', '0100112', '34'], support });
  t.notMatch(JSON.stringify(told), /6222020010011234|86138001/, 'and masked where they stand whole');
  const sent = { ...{ merchant_name: '柜台', limit_fen: 1, answer_timeout_ms: 1000, reversal_retries: 1 } };
  t.match(parametersTold({ ...sent, phone_machine: machine, phone_accounts: accounts }), { support });
});

t.test('what is sealed of a card stays in the journal', async (t) => {
  const facts = {
    ...{ id: 3, batch: batch('000001'), trace: trace('000002'), type: 'sale', amount: fen(100), entry_mode: '021' },
    ...{ card: '622202******1234', sealed: Buffer.from('sealed'), fingerprint: Buffer.from('print'), original: null },
    ...{ operator: '01', copies: [], begun_ms: 0, particulars: {} },
  } as unknown as EntryFacts;
  const told = entryTold(facts, { kind: 'begun' });
  t.match(told, { kind: 'entry', event: 'begun', detail: { card: '622202******1234', entry_mode: '021' } });
  t.notMatch(JSON.stringify(told), /sealed|print/);
});

t.test('books that cannot be opened are told before the terminal gives up', async (t) => {
  const told: (Happening | 'spilt')[] = [];
  const recorder = {
    note: (happening: Happening) => void told.push(happening),
    spill: () => void told.push('spilt'),
  };
  const fault = new Fault({ kind: 'journal-missing', file: 'journal.db', set_aside: null });
  const open = () => {
    throw fault;
  };
  t.throws(() => refusalTold(recorder, open), fault);
  t.match(told, [{ kind: 'refused', problem: { kind: 'journal-missing' } }, 'spilt']);
  t.equal(
    refusalTold(recorder, () => 1),
    1,
  );
});

t.test('a card number where none belongs is masked for the page as it is for the record', async (t) => {
  const fields = { trace: '000048', operator: '6222020010011234', totals: `${'0'.repeat(30)}1`.repeat(2) };
  const event: WireEvent = {
    ...{ direction: 'in', line: 'primary', mti: '0210', fields, note: 'PAN 6222020010011234' },
  };
  const told = hostTold(event);
  const line = hostLine(told);
  t.match(line, 'operator=622202******1234');
  t.match(line, 'PAN 622202******1234');
  t.match(line, `totals=${fields.totals}`, 'totals are none');
  t.notMatch(line + JSON.stringify(told), '6222020010011234');
});
