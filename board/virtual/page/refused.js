import { typeName, yuan } from './elements.js';
import { hasText, text } from './texts.js';

/**
 * Why something was not done, in the language of the page: by the `problem`, or by the field that is wrong. If there is
 * no text for either, shows the API's own words.
 */
export function whyNot({ error, remedy, field, problem }) {
  if (problem?.kind === 'lost') return text('lost');
  if (problem !== undefined && hasText(`refused.${problem.kind}`)) {
    const { key, money, state, type, amount } = problem;
    return text(`refused.${problem.kind}`, {
      ...problem,
      key: text(`field.${key}`),
      money: text(`ruling.${money}`),
      state: text(`trade.state.${state}`),
      type: typeName(type),
      amount: yuan(amount),
    });
  }
  const name = fieldName(field);
  if (name !== null) return text('refused.field', { field: text(name) });
  return text('failed', { error: [error, remedy].filter((part) => part).join(' → ') });
}

/** The text id of a field's name; the second of two people has a field of their own. */
function fieldName(field) {
  if (field === undefined) return null;
  const name = field === 'people[1]' ? 'field.second' : `field.${field.replace(/\[\d+\]$/, '')}`;
  return hasText(name) ? name : null;
}
