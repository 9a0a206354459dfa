import { whyNot } from './refused.js';
import { text } from './texts.js';

/**
 * Access to the bank over the control API: reads its books, sends what its clerks do, and says why something failed.
 */

/** The JSON of `GET /api/bank/…`; null where the bank does not answer. */
export async function books(path) {
  try {
    const answer = await fetch(`/api/bank/${path}`);
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    // The board itself is away: `live.js` says so and reloads the page once it is back.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Calls `POST /api/bank/…`; resolves to `{ok: true, …}` or `{ok: false, sentence}`. */
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
