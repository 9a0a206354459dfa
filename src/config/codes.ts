import en from '../../firmware-config/texts/codes.en.json' with { type: 'json' };
import zh from '../../firmware-config/texts/codes.zh-CN.json' with { type: 'json' };
import type { Language } from './texts.ts';

/** What a response code (field 39) means to the people at the counter; empty where there is nothing for one of them to do. */
export interface CodeWords {
  readonly title: string;
  readonly customer: string;
  readonly clerk: string;
}

const tables: Readonly<Record<Language, Readonly<Record<string, CodeWords>>>> = { 'zh-CN': zh, en };

/** Null for a code that no table lists: it says nothing about the money. */
export function codeWords(language: Language, code: string): CodeWords | null {
  return Object.hasOwn(tables[language], code) ? (tables[language][code] ?? null) : null;
}
