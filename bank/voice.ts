import { type Fen, fen, MOST_FEN, yuan } from '../src/values/fen.ts';
import type { Books } from './books.ts';
import { quoted } from './command.ts';
import { cardAccount } from './ledger.ts';
import { type Office, sixDigits } from './office.ts';
import { Unable } from './unable.ts';

/**
 * The bank's telephone desk (授权电话): the clerk checks the card and its available funds and gives an authorisation of six
 * digits. It is good once, for that card, up to that amount in fen, as long as a hold would last; nothing is held for
 * it.
 */
export function authoriseByVoice(office: Office, { card: id, amount }: Readonly<Record<string, unknown>>): object {
  const card = [...office.seed.cards.values()].find((known) => known.id === id);
  if (card === undefined) throw new Unable(`no card ${quoted(id)}`, 'take an id of {"do":"accounts"}');
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 1 || amount > MOST_FEN) {
    throw new Unable('"amount" is no amount', 'a whole number of fen from 1');
  }
  if (card.status !== 'good') throw new Unable(`the card is ${card.status}`, 'keep the card and ask for another one');
  const free = office.ledger.balance(cardAccount(card.id)) + card.credit;
  if (free < amount) throw new Unable(`the card has ${free} fen`, 'ask for less, or for another card');
  for (;;) {
    const authorisation = sixDigits(office);
    if (!office.voice.give({ authorisation, card: card.id, amount: fen(amount), at: office.clock.now() })) continue;
    const sum = yuan(fen(amount), true);
    const days = office.seed.acquirer.holdDays;
    const said = {
      zh: `${card.name.zh}，金额 ${sum} 元，授权号码 ${authorisation}，${days} 天内有效`,
      en: `${card.name.en}, CNY ${sum}, authorisation ${authorisation}, good for ${days === 1 ? '1 day' : `${days} days`}`,
    };
    return { card: card.id, amount, authorisation, said };
  }
}

/** The authorisations that the bank's clerk gave by telephone. */
export interface VoiceDesk {
  give(said: { authorisation: string; card: string; amount: Fen; at: number }): boolean;
  given(authorisation: string): { card: string; amount: Fen; at: number; used: boolean } | null;
  use(authorisation: string, trade: number): void;
}

export function voiceDesk({ db }: Books): VoiceDesk {
  const said = db.prepare(
    'INSERT INTO voice (authorisation, card, amount, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const heard = db.prepare('SELECT card, amount, at, trade FROM voice WHERE authorisation = ?');
  const used = db.prepare('UPDATE voice SET trade = ? WHERE authorisation = ?');
  return {
    give: ({ authorisation, card, amount, at }) => said.run(authorisation, card, amount, at).changes === 1,
    given(authorisation) {
      const row = heard.get(authorisation);
      if (row === undefined) return null;
      const { card, amount, at, trade } = row;
      return { card: String(card), amount: fen(Number(amount)), at: Number(at), used: trade !== null };
    },
    use: (authorisation, trade) => void used.run(trade, authorisation),
  };
}
