import type { TextId } from '../../config/texts.ts';

/** Words that differ from a sale's in the advices (the counter decides, the bank is told later) and in instalments. */
export const adviceWords = {
  instalment: { 'place.sale': 'place.instalment', 'result.approved': 'instalment.approved' },
  offline: {
    'place.sale': 'place.offline',
    'amount.limit': 'offline.limit',
    'amount.over': 'offline.over',
    'refused.title': 'result.unchanged.not-begun',
  },
  voice: { 'place.sale': 'place.voice', 'refused.title': 'result.unchanged.not-begun' },
  tip: {
    'place.sale': 'place.tip',
    'money.not-charged': 'money.no-tip',
    'display.not-charged': 'display.still-charged',
    'refused.title': 'result.unchanged.not-begun',
  },
  adjust: {
    'place.sale': 'place.adjust',
    'money.not-charged': 'money.not-adjusted',
    'display.not-charged': 'display.still-charged',
    'refused.title': 'result.unchanged.not-begun',
  },
} as const satisfies Record<string, Partial<Record<TextId, TextId>>>;
