import { typeName, yuan } from './elements.js';
import { hasText, text } from './texts.js';

/**
 * Why something was not done, in the words of whoever reads the page: by its `problem`, or by the field that is not filled
 * in. What has no row there is said as the API says it.
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

/** Of two people each has a field of their own. */
function fieldName(field) {
  if (field === undefined) return null;
  const name = field === 'people[1]' ? 'field.second' : `field.${field.replace(/\[\d+\]$/, '')}`;
  return hasText(name) ? name : null;
}
