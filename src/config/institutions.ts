import rows from '../../firmware-config/schemes/institutions.json' with { type: 'json' };
import type { Language } from './texts.ts';

/** The name of an institution by its number in F44; the number itself where nobody has named it here. */
export function institutionName(number: string, language: Language): string {
  return rows.find(({ institution }) => institution === number)?.[language] ?? number;
}

/** 内卡 or 外卡: whose card it is by its first six digits; home where they are nobody's here. */
export function groupOf(bin: string): 'home' | 'foreign' {
  return rows.some(({ bins, group }) => group === 'foreign' && bins.some((known) => known === bin))
    ? 'foreign'
    : 'home';
}

/** The issuer's name by the first six digits of a card; null where they are nobody's here. */
export function issuerOf(bin: string, language: Language): string | null {
  return rows.find(({ bins }) => bins.some((known) => known === bin))?.[language] ?? null;
}
