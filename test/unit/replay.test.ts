import t from 'tap';
import { channelsOf, type Difference } from '../../replay/channels.ts';
import { comparableOf } from '../../replay/comparable.ts';
import { filmOf } from '../../replay/film.ts';
import { masksOf } from '../../replay/masks.ts';
import type { Happening, Linked } from '../../src/recorder/happening.ts';
import { fen } from '../../src/values/fen.ts';
import { masked } from '../../src/values/masked.ts';

const texts = (...words: string[]) => words.map(masked);
const screen = (id: string, ...words: string[]): Happening => ({
  ...{ kind: 'screen', screen: masked(id), bar: [], texts: texts(...words), foot: [] },
});
const key = (name: string): Happening => ({ kind: 'key', key: masked(name) });
const entry = (trace: string, event: string, detail = {}): Happening => ({
  ...{ kind: 'entry', type: masked('sale'), batch: masked('000001'), trace: masked(trace), amount: fen(100) },
  ...{ event: masked(event), detail },
});
const begin: Happening = {
  ...{ kind: 'begin', version: masked('1'), digest: masked(''), config: {}, merchant: [], batch: masked('000001') },
  ...{ serial: [], support: { machine: [], accounts: [] } },
  ...{ trace: masked('000001'), owed: [], clean: true, torn: 0 },
};
const card = (number: string): Happening => ({ kind: 'card', read: 'card', number: masked(number), chip: false });
function host(way: 'out' | 'in', mti: string, trace: string, more: Record<string, string> = {}): Happening {
  const fields = Object.fromEntries(Object.entries({ trace, ...more }).map(([name, value]) => [name, masked(value)]));
  return { kind: 'host', way, line: 'primary', mti: masked(mti), fields, note: null };
}
function disbelieved(trace: string): Happening {
  const note = masked('not believed: bad-mac');
  return { kind: 'host', way: 'in', line: 'primary', mti: masked(''), fields: { trace: masked(trace) }, note };
}
function nothing(line: 'primary' | 'backup', note: string): Happening {
  return { kind: 'host', way: 'in', line, mti: masked(''), fields: {}, note: masked(note) };
}

function recorded(...happenings: Happening[]): Linked[] {
  return happenings.map((happening, at) => ({ n: at + 1, at: '', up: 100 * at, prev: '', ...happening }));
}

/** The channels of a film, told what a replay does, with what differed. */
function compared(...happenings: Happening[]) {
  const film = filmOf(recorded(begin, ...happenings));
  if (film === null) throw new Error('no film');
  const differences: Difference[] = [];
  let horizon = film.frames.length;
  const channels = channelsOf(
    film,
    () => horizon,
    (difference) => differences.push(difference),
  );
  const masks = masksOf([]);
  return {
    film,
    channels,
    differences,
    until: (place: number) => {
      horizon = place;
    },
    does(happening: Happening) {
      const { channel, key: made } = comparableOf({ n: 0, at: '', up: 0, ...happening }, masks);
      if (channel !== null) channels.take(channel, made);
    },
  };
}

t.test('what comes as it was recorded is no difference, whatever the order across channels', async (t) => {
  const { does, film, channels, differences } = compared(screen('idle'), host('out', '0200', '000002'), screen('wait'));
  does(host('out', '0200', '000002'));
  does(screen('idle'));
  does(screen('wait'));
  t.same(differences, []);
  t.ok(film.frames.slice(1).every((frame) => channels.settled(frame)));
});

t.test('another screen is named with the record that it stands for', async (t) => {
  const { does, film, channels, differences } = compared(screen('sale.approved', 'yes'), screen('idle'));
  does(screen('sale.declined', 'no'));
  t.same(differences, [], 'the right one may still come');
  const [, frame] = film.frames;
  if (frame !== undefined) channels.missed(frame);
  t.match(differences, [{ n: 2, words: 'expected screen sale.approved · yes, saw sale.declined · no' }]);
  does(screen('idle'));
  t.equal(differences.length, 1);
});

t.test('a difference names what never came, and what nobody had recorded', async (t) => {
  const { does, differences } = compared(
    entry('000002', 'begun'),
    entry('000002', 'sent'),
    entry('000002', 'answered'),
  );
  does(entry('000002', 'begun'));
  does(entry('000002', 'late'));
  does(entry('000002', 'answered'));
  t.match(differences, [{ n: 3, words: /expected journal sale .* sent .*, saw sale .* late/ }]);
  const other = compared(screen('idle'));
  other.does({ kind: 'sound', sound: masked('refused') });
  other.does(screen('menu'));
  other.does(screen('idle'));
  t.match(other.differences, [{ n: 2, words: 'saw screen menu, of which the record holds nothing' }]);
});

t.test('nothing that waits for a hand is taken for what has come', async (t) => {
  const { does, differences, until, channels, film } = compared(
    screen('idle'),
    key('menu'),
    screen('menu'),
    screen('idle'),
  );
  until(2);
  does(screen('idle'));
  does(screen('menu'));
  t.same(differences, []);
  const [, , , menu] = film.frames;
  t.ok(menu !== undefined && !channels.settled(menu), 'the menu came before its key');
  until(4);
  channels.lookAgain();
  t.ok(menu !== undefined && channels.settled(menu), 'with the key it has its place');
  t.same(differences, []);
});

t.test('times, counted seconds and a bar that changes are not compared; amounts are', async (t) => {
  const { does, differences } = compared(
    screen('sale.waiting', '60', '剩余 60 秒', '12:30'),
    { ...screen('sale.waiting', '60', '剩余 60 秒', '12:30'), bar: texts('line') } as Happening,
    screen('sale.amount', '¥1.00'),
  );
  does(screen('sale.waiting', '59', '剩余 59 秒', '09:41'));
  does(screen('sale.amount', '¥1.00'));
  t.same(differences, []);
  does(screen('sale.amount', '¥1.01'));
  does(screen('checkup.running', 'printer …'));
  t.same(differences, []);
});

t.test('a screen that is drawn again as it stands is no other screen', async (t) => {
  const { does, differences } = compared(screen('idle'), screen('menu'));
  for (const id of ['idle', 'idle', 'menu', 'menu']) does(screen(id));
  t.same(differences, []);
});

t.test('each request has the answer that it got, or the way in which it got none', async (t) => {
  const film = filmOf(
    recorded(
      begin,
      ...[host('out', '0200', '000002'), host('in', '0210', '000002', { code: '00' })],
      ...[entry('000002', 'answered', { answer: { why: null } })],
      ...[host('out', '0200', '000003'), nothing('primary', 'no answer within 60000 ms')],
      ...[nothing('primary', 'not reached'), nothing('backup', 'not reached')],
      ...[host('out', '0400', '000003'), host('in', '0410', '000003', { code: '25' })],
      ...[host('out', '0200', '000004'), nothing('primary', 'the line closed before the answer')],
      ...[host('out', '0400', '000004'), host('in', '0410', '000004', { code: '00' })],
      ...[host('out', '0200', '000005'), host('in', '0210', '000005', { code: '00' })],
      ...[disbelieved('000005'), entry('000005', 'answered', { answer: { why: 'bad-mac' } })],
      ...[host('out', '0200', '000006'), nothing('primary', 'garbled: F11: nonsense')],
    ),
  );
  t.match(
    film?.exchanges.map(({ mti, trace, end, unheard, badMac }) => [mti, trace, end, unheard, badMac]),
    [
      ['0200', '000002', 'answer', false, false],
      ['0200', '000003', 'silent', true, false],
      ['0400', '000003', 'answer', false, false],
      ['0200', '000004', 'lost', false, false],
      ['0400', '000004', 'answer', false, false],
      ['0200', '000005', 'answer', false, true],
      ['0200', '000006', 'garbled', false, false],
    ],
  );
  t.match(film?.exchanges[0], { answer: { code: '00' }, delay_ms: 100 });
  t.same(
    film?.lines.map(({ primary, backup }) => [primary, backup]),
    [[true, true], [true, true], [false, false], ...Array.from({ length: 5 }, () => [true, true])],
  );
});

t.test('a test card stands in: by its number, else of the same issuer, else any that is good', async (t) => {
  const masks = masksOf(recorded(card('622202******1234'), card('622588******0001'), card('999999******0001')));
  t.equal(masks.card('622202******1234').card.id, 'boc-debit');
  t.equal(masks.card('622588******0001').card.id, 'cmb-credit');
  t.equal(masks.card('999999******0001').card.id, 'boc-debit');
  t.equal(masks.exact, false);
  t.equal(masks.translated('card 6225 88** **** 0001'), 'card 6225 88** **** 0087');
});

t.test('a record without a power-on cannot be run', async (t) => {
  t.equal(filmOf(recorded(key('1'), screen('idle'))), null);
  t.equal(filmOf(recorded(key('1'), begin, screen('idle')))?.frames.length, 2);
});
