import type { Store } from './store.ts';

export type StoredRow = Readonly<Record<string, unknown>>;

/** How entries are found in one file: the journal's own, or its archive. */
export interface Reads {
  byId(id: number): StoredRow | null;
  /** Kind, detail and time, in the order in which they happened. */
  eventsOf(id: number): readonly StoredRow[];
  /** The entries begun on this one, oldest first. */
  sequels(id: number): readonly StoredRow[];
  newest(trace: string, batch?: string): StoredRow | null;
  /** From the newest entry back, or from the one with the id `from`. */
  last(limit: number, from?: number): readonly StoredRow[];
  /** Entries of this card and amount that were begun since then, newest first, among the newest few hundred. */
  alike(fingerprint: Uint8Array, amount: number, since_ms: number): readonly StoredRow[];
  /** Entries of this amount, and tips that brought their sale's total to it, newest first. */
  ofAmount(amount: number, limit: number): readonly StoredRow[];
  /** The newest entry whose answer had this reference of the bank's (F37). */
  ofReference(reference: string): StoredRow | null;
  /** The newest pre-authorisation whose answer had this authorisation (F38). */
  holdOf(authorisation: string): StoredRow | null;
  /** Newest first: the refunds that name their original by this reference, or what ends a hold by its authorisation. */
  begunBy(particular: 'authorisation' | 'reference', value: string): readonly StoredRow[];
  /** Entries of one batch, oldest first, after the entry with the id `after`. */
  inBatch(batchId: number, after: number, limit: number): readonly StoredRow[];
}

/** How many entries back a search without an index goes. */
const LOOK_BACK = 5000;

const ENTRY = 'SELECT entries.*, batches.number FROM entries JOIN batches ON batches.id = entries.batch';
const EVERY = Number.MAX_SAFE_INTEGER;

/** Reads only the file's entries up to the id `last`. */
export function readsOf(store: Store, last: () => number = () => EVERY): Reads {
  const byId = store.prepare(`${ENTRY} WHERE entries.id = ?`);
  const events = store.prepare('SELECT kind, detail, at_ms FROM events WHERE entry = ? ORDER BY number');
  const following = store.prepare(`${ENTRY} WHERE entries.original = ? AND entries.id <= ? ORDER BY entries.id`);
  const byTrace = store.prepare(`${ENTRY} WHERE trace = ?1 AND number = coalesce(?2, number) AND entries.id <= ?3
    ORDER BY entries.id DESC LIMIT 1`);
  const newestFirst = store.prepare(`${ENTRY} WHERE entries.id <= ? ORDER BY entries.id DESC LIMIT ?`);
  // Only the newest few hundred, so that the search is bounded without an index.
  const sameCard = store.prepare(`SELECT * FROM (${ENTRY} WHERE entries.id <= ? ORDER BY entries.id DESC LIMIT 500)
    WHERE begun_ms >= ? AND amount = ? AND fingerprint = ?`);
  // People at the counter ask about what is weeks old at most: the search must not grow with the years.
  const sameAmount = store.prepare(`SELECT * FROM (${ENTRY} WHERE entries.id <= ?1
    ORDER BY entries.id DESC LIMIT ${LOOK_BACK})
    WHERE amount = ?2 OR (type = 'tip' AND amount + json_extract(particulars, '$.before') = ?2)
    ORDER BY id DESC LIMIT ?3`);
  const sameReference = store.prepare(`${ENTRY} WHERE entries.id = (
    SELECT max(entry) FROM events WHERE entry > (SELECT max(id) FROM entries WHERE id <= ?1) - ${LOOK_BACK}
    AND entry <= ?1 AND kind IN ('answered', 'told') AND json_extract(detail, '$.answer.reference') = ?2)`);
  const sameAuthorisation = store.prepare(`${ENTRY} WHERE entries.id = (
    SELECT max(entry) FROM events JOIN entries AS held ON held.id = entry
    WHERE entry > (SELECT max(id) FROM entries WHERE id <= ?1) - ${LOOK_BACK} AND entry <= ?1 AND held.type = 'preauth'
    AND kind = 'answered' AND json_extract(detail, '$.answer.authorisation') = ?2)`);
  // The conditions repeat the schema's two indexes word for word, so that SQLite searches the whole file by these.
  const refunds = store.prepare(`${ENTRY} WHERE type = 'refund'
    AND json_extract(particulars, '$.reference') = ?2 AND entries.id <= ?1 ORDER BY entries.id DESC`);
  const ends = store.prepare(`${ENTRY} WHERE type IN ('preauth-void', 'completion', 'completion-advice')
    AND json_extract(particulars, '$.authorisation') = ?2 AND entries.id <= ?1 ORDER BY entries.id DESC`);
  const inBatch = store.prepare(`${ENTRY} WHERE entries.batch = ? AND entries.id > ? AND entries.id <= ?
    ORDER BY entries.id LIMIT ?`);
  return {
    byId: (id) => (id <= last() ? (byId.get(id) ?? null) : null),
    eventsOf: (id) => (id <= last() ? events.all(id) : []),
    sequels: (id) => following.all(id, last()),
    newest: (trace, batch) => byTrace.get(trace, batch ?? null, last()) ?? null,
    last: (limit, from = EVERY) => newestFirst.all(Math.min(from, last()), limit),
    alike: (fingerprint, amount, since_ms) => sameCard.all(last(), since_ms, amount, fingerprint),
    ofAmount: (amount, limit) => sameAmount.all(last(), amount, limit),
    ofReference: (reference) => sameReference.get(last(), reference) ?? null,
    holdOf: (authorisation) => sameAuthorisation.get(last(), authorisation) ?? null,
    begunBy: (particular, value) => (particular === 'reference' ? refunds : ends).all(last(), value),
    inBatch: (batchId, after, limit) => inBatch.all(batchId, after, last(), limit),
  };
}
