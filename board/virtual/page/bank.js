import { whyNot } from './refused.js';
import { text } from './texts.js';

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
    return answer.ok ? { ok: true, ...said } : { ok: false, sentence: whyNot(said) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, sentence: text('lost') };
    throw error;
  }
}
