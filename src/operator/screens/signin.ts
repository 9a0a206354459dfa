import type { Text, TextId } from '../../config/texts.ts';
import type { Problem } from '../../values/problem.ts';
import type { Node, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { askedDigits, centred, dotted, quiet, result, said } from './layout.ts';
import { call, problemWords } from './problem.ts';

const place: TextId = 'place.signin';

export interface OperatorFacts {
  /** The digits typed so far. */
  readonly typed: string;
  /** True where no operator has the number typed before. */
  readonly unknown?: boolean;
}

export function signinOperator(text: Text, bar: BarFacts, { typed, unknown }: OperatorFacts): Screen {
  const under: Node = unknown
    ? { node: 'notice', colour: 'attention', align: 'centre', lines: [text('signin.operator.unknown')] }
    : quiet(text('signin.operator.hint'), 'centre');
  return {
    id: 'signin.operator',
    tone: 'plain',
    bar: barOf(text, bar, text(place)),
    body: centred([...askedDigits(text('signin.operator.ask'), typed, under, '– –')], 'large'),
    digits: 'open',
    foot: { clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface PasswordFacts {
  readonly operator: string;
  /** How many digits are typed. */
  readonly count: number;
  /** How many tries are left, where the password before was wrong. */
  readonly left?: number;
}

export function signinPassword(text: Text, bar: BarFacts, { operator, count, left }: PasswordFacts): Screen {
  const under: Node =
    left === undefined
      ? quiet(text('signin.password.hint'), 'centre')
      : { node: 'notice', colour: 'refused', align: 'centre', lines: [text('signin.password.wrong', { left })] };
  return {
    id: 'signin.password',
    tone: 'plain',
    bar: barOf(text, bar, text(place)),
    body: centred(
      [
        quiet(text('signin.password.of', { operator }), 'centre'),
        { node: 'text', text: text('signin.password.ask'), size: 'title', align: 'centre' },
        { node: 'dots', count },
        under,
      ],
      'large',
    ),
    foot: { cancel: text('key.back'), clear: text('key.clear'), enter: text('key.enter') },
  };
}

export interface NewPasswordFacts {
  readonly operator: string;
  readonly count: number;
  readonly step: 'first' | 'repeat';
  /** Why the new password before was not taken. */
  readonly refused?: 'digits' | 'same' | 'known' | 'differs';
}

/** Outside a lab profile the first password opens nothing: it is changed before the first sign-in. */
export function signinNewPassword(text: Text, bar: BarFacts, facts: NewPasswordFacts): Screen {
  const { operator, count, step, refused } = facts;
  const under: Node =
    refused === undefined
      ? quiet(text('signin.new.why'), 'centre')
      : { node: 'notice', colour: 'refused', align: 'centre', lines: [text(`signin.new.refused.${refused}`)] };
  return {
    id: 'signin.new-password',
    tone: 'plain',
    bar: barOf(text, bar, text(place)),
    body: centred(
      [
        quiet(text('signin.password.of', { operator }), 'centre'),
        { node: 'text', text: text(`signin.new.${step}`), size: 'title', align: 'centre' },
        { node: 'dots', count },
        under,
      ],
      'large',
    ),
    foot: { cancel: text('key.back'), clear: text('key.clear'), enter: text('key.enter') },
  };
}

export interface SigningInFacts {
  readonly step: 'line' | 'keys';
}

export function signinRunning(text: Text, bar: BarFacts, { step }: SigningInFacts): Screen {
  return waiting(text, bar, 'signin.running', text('signin.running'), text(`signin.running.${step}`));
}

export function signingOut(text: Text, bar: BarFacts): Screen {
  return waiting(text, bar, 'signin.signing-out', text('signin.signing-out'), null);
}

function waiting(text: Text, bar: BarFacts, id: string, title: string, step: string | null): Screen {
  return {
    id,
    tone: 'plain',
    bar: barOf(text, bar, text(place)),
    body: centred(
      [
        { node: 'ring', part: null },
        { node: 'text', text: title, size: 'title', align: 'centre', strong: true },
        ...(step === null ? [] : [quiet(step, 'centre')]),
      ],
      'large',
    ),
    foot: {},
  };
}

/** A fault on the way, or the bank's own refusal. */
export type SigninFailedFacts =
  | { readonly problem: Problem }
  | { readonly code: string; readonly title: string; readonly clerk: string };

export function signinFailed(text: Text, bar: BarFacts, facts: SigninFailedFacts): Screen {
  const words =
    'problem' in facts
      ? problemWords(text, facts.problem)
      : { title: facts.title, remedy: facts.clerk, call: 'accounts' as const };
  const code = 'problem' in facts ? null : text('signin.failed.code', { code: facts.code });
  return {
    id: 'signin.failed',
    tone: 'attention',
    bar: barOf(text, bar, text(place)),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text('signin.failed.title'),
      numbers: dotted(words.title, code),
      words: [said(words.remedy), call(text, bar.support, words.call)],
    }),
    foot: {
      cancel: text('key.end'),
      ...('problem' in facts && facts.problem.kind === 'bank-ahead' ? { menu: text('key.unlock') } : {}),
      enter: text('key.retry'),
    },
  };
}

export interface LockedFacts {
  readonly operator: string;
  readonly seconds: number;
}

export function signinLocked(text: Text, bar: BarFacts, { operator, seconds }: LockedFacts): Screen {
  return {
    id: 'signin.locked',
    tone: 'refused',
    bar: barOf(text, bar, text(place)),
    body: result({
      tone: 'refused',
      mark: 'lock',
      title: text('signin.locked.title'),
      numbers: text('signin.locked.left', { seconds }),
      words: [said(text('signin.locked.text', { operator })), said(text('signin.locked.else'))],
    }),
    foot: { cancel: text('key.back') },
  };
}
