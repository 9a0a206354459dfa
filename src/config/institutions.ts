import rows from '../../firmware-config/schemes/institutions.json' with { type: 'json' };
import type { Language } from './texts.ts';

/** The name of an institution by its number in F44; the number itself if the table does not name it. */
export function institutionName(number: string, language: Language): string {
  return rows.find(({ institution }) => institution === number)?.[language] ?? number;
}

/** `home` (内卡) or `foreign` (外卡), by the first six digits of a card; `home` if the table does not list them. */
export function groupOf(bin: string): 'home' | 'foreign' {
  return rows.some(({ bins, group }) => group === 'foreign' && bins.some((known) => known === bin))
    ? 'foreign'
    : 'home';
}

/** The issuer's name by the first six digits of a card; null if the table does not list them. */
export function issuerOf(bin: string, language: Language): string | null {
  return rows.find(({ bins }) => bins.some((known) => known === bin))?.[language] ?? null;
}
