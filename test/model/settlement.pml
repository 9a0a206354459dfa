/*
 * The settlement: src/settlement/ and bank/settlement.ts. Money owed blocks it (rule 13); the batch closes at the bank
 * first and then here; a step is on the disk before the next, and is asked again after a lost answer or a power cut.
 * Its messages have no MAC (unionpay.md 9), so that here a line loses, delays and doubles them and never forges.
 */

#ifdef SETTLEMENT

mtype = { compared, ended }; /* and `begun`: src/journal/settlements.ts */
mtype settling = none;       /* on disk */
byte totals;                 /* the rows that count, as they were when it began */
bit counting;                /* 0500 on its way */
bit ending;                  /* 0320 on its way */

/* The bank's settlement of that batch. */
mtype bankSettling = none;
byte bankCounted;

#define countsHere(r) (rows[r].batch == batch && rows[r].disk == completed)

#if defined(CLOSES_OWING)
#define blocks(r) false
#elif defined(CLOSES_OWING_ADVICE)
#define blocks(r) (rows[r].batch == batch && OWES(rows[r].memory) && rows[r].memory != accepted)
#else
#define blocks(r) (rows[r].batch == batch && OWES(rows[r].memory))
#endif
/* One settlement: messages that it leaves on their way meet the batch after it. */
#define MAY_SETTLE (batch == 0 && BATCHES > 1 && !ANY(blocks))

#if SALES == 1
#define COUNT(what) (what(0) -> 1 : 0)
#else
#define COUNT(what) ((what(0) -> 1 : 0) + (what(1) -> 1 : 0))
#endif

inline beginSettlement() {
  d_step { totals = COUNT(countsHere); settling = begun }
}

inline settleOneStep() {
  if
  :: settling == begun -> askOffice(counting, to_count)
  :: settling == compared -> askOffice(ending, to_end)
  :: settling == ended -> closeBatch()
  fi
}

inline askOffice(onItsWay, what) {
  atomic {
    connect();
    if
    :: reached -> onItsWay = true; awaited = SETTLER; awaitedTo = what
    :: !reached
    fi
  }
  if
  :: !reached
  :: reached ->
    atomic {
      reached = false;
      if
      :: answer != absent -> code = answer
      :: !steady || (answer == absent && !counting && !ending) -> code = garbled
      fi;
      answer = absent; awaited = NOBODY; awaitedTo = to_sale;
      if
      :: code == ok_00 && what == to_count ->
        settling = compared;
#ifdef CLOSES_HERE_FIRST
        closeRows(); batch = batch + 1; settling = none;
#endif
        skip
      :: code == ok_00 && what == to_end -> settling = ended
      :: code == moved_95 -> settling = begun
      :: code == garbled || code == other_batch_77
      fi;
      code = absent
    }
  fi
}

/* journal.closeBatch: a row that was found at the bank since is reversed first. */
inline closeBatch() {
  atomic {
    if
    :: ANY(blocks)
    :: else -> assert(bankBatch == batch + 1); closeRows(); batch = batch + 1; settling = none
    fi
  }
}

inline closeRows() {
  i = 0;
  do
  :: i < SALES ->
    if
    :: rows[i].batch == batch && rows[i].disk != none ->
      assert(!OWES(rows[i].disk)); /* rule 13 */
      assert(rows[i].taken == (rows[i].disk == completed)); /* journal and bank agree */
      rows[i].closed = true
    :: else
    fi;
    i++
  :: else -> break
  od;
  i = 0
}

/* journal.openBatch: a batch that was closed here is never opened again (`batch-closed` locks payment). */
#define isOver(r) (rows[r].closed && rows[r].batch == bankBatch)
inline openBatch() {
  if
  :: settling != none
  :: else -> assert(!ANY(isOver)); assert(batch <= bankBatch); batch = bankBatch
  fi
}

/* ---------------------------------------------------------------- at the bank */

#define countsThere(r) (rows[r].batch == 0 && rows[r].taken)

/* 0500. After the end it is answered as before; its figures are those of its answer. */
inline count() {
  if
  :: bankSettling == ended -> said = ok_00
  :: bankSettling != ended && bankBatch != 0 -> said = other_batch_77
  :: else ->
    bankSettling = compared; bankCounted = COUNT(countsThere);
    assert(bankCounted == totals); /* rule 13: whatever is not owed has one word in both books */
    said = ok_00
  fi
}

/* 0320 of the end: the books have not moved since they were counted, or it is counted anew. */
inline close() {
  if
  :: bankSettling == ended -> said = ok_00
  :: bankSettling == none -> said = moved_95
  :: bankSettling == compared && bankCounted != COUNT(countsThere) -> said = moved_95
  :: bankSettling == compared && bankCounted == COUNT(countsThere) ->
    bankSettling = ended; bankBatch++; said = ok_00
  fi
}

#else

#define settling none
#define MAY_SETTLE false
inline beginSettlement() {
  skip
}
inline settleOneStep() {
  skip
}
inline openBatch() {
  batch = bankBatch
}

#endif
