import { hasText, text } from './texts.js';

/** The bank's desk over the control API: what its books say, what its clerks do, and why it was not done. */

/** The JSON of `GET /api/bank/…`; null where the bank does not answer. */
export async function books(path) {
  try {
    const answer = await fetch(`/api/bank/${path}`);
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    // The board itself is away: the page says so by its own line, and begins anew with it.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Does what `POST /api/bank/…` does: `{ok: true, …}`, or `{ok: false, sentence}`. */
export async function tellBank(path, body) {
  try {
    const answer = await fetch(`/api/bank/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    return answer.ok ? { ok: true, ...said } : { ok: false, sentence: sentenceOf(answer.status, said) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, sentence: text('lost') };
    throw error;
  }
}

/** In the words of whoever reads the page; what has no row there is said as the API says it. */
function sentenceOf(status, { error, remedy, field, problem }) {
  if (status === 503) return text('books.away');
  if (problem !== undefined && hasText(`refused.${problem.kind}`)) {
    const { key, money, state } = problem;
    return text(`refused.${problem.kind}`, {
      ...problem,
      key: text(`field.${key}`),
      money: text(`ruling.${money}`),
      state: text(`trade.state.${state}`),
    });
  }
  const name = `field.${String(field).replace(/\[\d\]$/, '')}`;
  if (field !== undefined && hasText(name)) return text('refused.field', { field: text(name) });
  return text('failed', { error: [error, remedy].filter((part) => part).join(' → ') });
}
