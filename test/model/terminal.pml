/* The terminal: journal, flows, sign-in and boot. */

/* ---------------------------------------------------------------- the journal: src/journal/ */

/*
 * On the disk when it returns. A power cut in between leaves what was before, and so does one before it: one step. Where
 * a step below is atomic, a power cut inside it would leave nothing else than one before it either.
 */
inline record(r, progress) {
  d_step { rows[r].memory = progress; rows[r].disk = progress }
}

/*
 * Rule 11 (shelf.ts, isHolding; writes.ts, isTaken). Which of the free ones comes next does not matter, so the wrap is
 * among the cases.
 */
#if defined(TAKES_HELD_TRACE)
#define FREE(t) true
#else
#ifdef FREES_UNCONFIRMED_TRACE
#define HOLDS_ON(r) false
#else
#define HOLDS_ON(r) (rows[r].disk == unconfirmed)
#endif
#define isKept(r) (rows[r].disk != none && rows[r].disk != gone)
#define holds_0(r) (isKept(r) && (!rows[r].closed || HOLDS_ON(r)) && rows[r].number == 0)
#define holds_1(r) (isKept(r) && (!rows[r].closed || HOLDS_ON(r)) && rows[r].number == 1)
#define FREE(t) (t < TRACES && !ANY(holds_##t))
#endif

/* The journal's row (journal.begin). The first trace that is taken is called 0. */
#define HOLDS(o) (o < next && rows[o].number == rows[next].number && UNSETTLED(rows[o].disk))
inline begin(r) {
  atomic {
    if
    :: FREE(0) -> rows[r].number = 0
#if TRACES > 1
    :: FREE(1) && r > 0 -> rows[r].number = 1
#endif
    fi;
#ifdef OFFLINE_TAKES_FIRSTS_TRACE
    if :: r > 0 -> rows[r].number = rows[0].number :: else fi;
#endif
    assert(!ANY(HOLDS)); /* rule 11 */
    rows[r].batch = batch;
    record(r, begun)
  }
}

/* ---------------------------------------------------------------- a request: src/payment/charge.ts */

#ifdef SENT_BEFORE_DISK
#define NOTE_SENT(r) rows[r].memory = sent
#define ON_DISK(r) true
#else
#define NOTE_SENT(r) record(r, sent)
#define ON_DISK(r) OWES(rows[r].disk)
#endif

/* All of the request that the wire sees. Rule 1: what leaves is on the disk first, and leaves once. */
inline send(r) {
  d_step {
    assert(ON_DISK(r));
    assert(!rows[r].left || REPEATED(r));
#if defined(RESTORED) && !defined(TELLS_NO_NEWEST)
    assert(trades[KEY(r)] == none || owners[KEY(r)] == r); /* rule 12: nor is a trace reused that the bank has seen */
#endif
#ifdef OTHER_BYTES
    rows[r].changed = rows[r].left; /* of another day, under another card: src/outbox/reversal.ts, adviceOf */
#endif
    rows[r].left = true;
    rows[r].request = SEAL;
    awaited = r; awaitedTo = to_sale
  }
}

/* Nothing came in time. In a steady world that means that nothing is coming. */
#define SILENT(r) (!steady || (answer == absent && rows[r].request == absent && rows[r].reversal == absent))

/* The answer, or `garbled` for everything that says nothing: silence, a lost line, a wrong MAC, another message. */
inline hear(r, code) {
  if
  :: answer != absent && keysAgree -> code = answer
  :: answer != absent && !keysAgree -> code = garbled; signInFirst = steady
  :: SILENT(r) -> code = garbled
  :: !steady -> code = garbled; signInFirst = steady /* forged, or spoilt on its way: any code under a wrong MAC */
#ifdef DECLINE_WITHOUT_MAC
  :: !steady -> code = no_51
#endif
  fi;
  answer = absent; awaited = NOBODY; awaitedTo = to_sale
}

/* Rule 7: no second void while one is open, unconfirmed too, or after one that was done (src/refund/original.ts, whyNoVoid). */
#if defined(VOID) && defined(VOIDS_OVER_UNCONFIRMED)
#define MAY_BEGIN (next == 0 || (!OWES(rows[0].memory) && rows[0].memory != completed))
#elif defined(VOID) && !defined(SECOND_VOID_TOO_SOON)
#define MAY_BEGIN (next == 0 || (!UNSETTLED(rows[0].memory) && rows[0].memory != completed))
/* Rule 8: an unknown refund blocks a second one of the same original; one that was made leaves no remainder. */
#elif defined(REFUND) && !defined(SECOND_REFUND_TOO_SOON)
#define MAY_BEGIN (next == 0 || rows[0].memory == begun || rows[0].memory == declined)
/* Rule 10: where there is no line, and the online try before it has not brought its yes (src/advice/offline.ts). */
#elif defined(ADVICE)
#define MAY_BEGIN (next < SALES - 1 || (!steady && (SALES == 1 || rows[0].memory != completed)))
#else
#define MAY_BEGIN true
#endif

#ifdef SELLS_WHILE_SETTLING
#define MAY_SELL true
#else
#define MAY_SELL (settling == none)
#endif

/* Requests that the counter finishes before the bank is told. */
#ifdef ADVICE
#define ACCEPTS true
#else
#define ACCEPTS false
#endif

inline sell(r) {
  begin(r);
  if
  :: REPEATED(r) && ACCEPTS -> accept(r)
  :: else -> ask(r)
  fi
}

inline ask(r) {
  atomic {
    connect();
    if
    :: !reached -> tellNo(r) /* `line-down`: no byte has left (rule 1) */
    :: reached -> NOTE_SENT(r)
    fi
  }
  if
  :: !reached
  :: reached ->
    send(r);
#ifdef SENT_BEFORE_DISK
    record(r, sent);
#endif
#ifdef FAILS_OVER_AFTER_FIRST_BYTE
    if
    :: send(r)
    :: skip
    fi;
#endif
    reached = false;
    atomic { hear(r, code); judge(r, code) }
    finish(r)
  fi
}

/* Rule 10, and 14: the counter has finished, and the bank is told from here on (src/payment/accept.ts). */
inline accept(r) {
  atomic {
    record(r, accepted);
    rows[r].toldYes = true;
#ifdef OFFLINE_FORGETS_FIRST
    if :: r > 0 && OWES(rows[0].disk) -> record(0, none) :: else fi;
#endif
    toldOnce()
  }
}

/* Rule 10: of two tries of one payment one may be approved. */
#if defined(ADVICE) && SALES == 2
inline toldOnce() {
  assert(!(rows[0].toldYes && rows[1].toldYes))
}
#else
inline toldOnce() {
  skip
}
#endif

/* src/host/answers.ts, judged, and what the flow makes of it. */
inline judge(r, code) {
  if
  :: code == ok_00 -> done(r)
  :: code == no_51 || code == reversed_before_12 -> record(r, declined); tellNo(r)
  :: code == other_batch_77 -> record(r, declined); tellNo(r); signInFirst = steady /* rule 5: the row keeps its batch */
  :: code == wrong_mac_A0 -> record(r, declined); tellNo(r); signInFirst = steady
  :: code == garbled || code == issuer_91 -> record(r, unknown) /* rule 2 */
  :: code == duplicate_94 -> record(r, unknown); note94(r)      /* rule 6: see settle */
  fi;
  code = absent;
  saysOfSale()
}

inline done(r) {
  record(r, charged);
#ifdef VOID_STICKS
  saleVoided = true;
#endif
  skip
}

#ifdef RESTORED
inline note94(r) {
  rows[r].duplicate = true
}
#else
inline note94(r) {
  skip
}
#endif

/* A power cut before this leaves a charge that the counter never finished: it is reversed. */
inline finish(r) {
  if
  :: rows[r].memory == charged ->
    atomic {
      assert(rows[r].taken);
      record(r, completed);
      rows[r].toldYes = true; /* rule 14: for ever, see turnBack */
      toldOnce(); saysOfSale()
    }
  :: else
  fi
}

/* ---------------------------------------------------------------- sign-in: src/signin/bank.ts */

/* New keys, and the batch that the bank has open. What was on its way is under the old keys. */
inline signIn() {
  atomic {
    newKeys();
    if
    :: keysAgree = true; signInFirst = false; openBatch(); compareNewest()
    :: !steady /* the bank has changed its keys, and the terminal has not heard of it */
    fi
  }
}

#ifdef RESTORED
bit restored; /* the journal is that of a backup */
bit locked;
#define newestGone(r) (owners[newest] == r && rows[r].disk == gone)
byte newest;  /* the key of the bank's newest trade */
/* Rule 12: whoever lacks the bank's newest trade locks payment. */
inline compareNewest() {
#ifdef TELLS_NO_NEWEST
  skip
#elif defined(SIGNS_IN_BLINDLY)
  skip
#else
  if
  :: trades[newest] != none && ANY(newestGone) -> locked = true
  :: else
  fi
#endif
}
/* A backup from before the first sale, after that has come to its end: what it owed would be reconciled by people. */
inline restore() {
  if
  :: !restored && rows[0].request == absent && rows[0].reversal == absent && trades[KEY(0)] != none &&
    (rows[0].disk == completed || rows[0].disk == declined || rows[0].disk == reversed) && rows[1].disk == none ->
    rows[0].disk = gone; restored = true
  :: true
  fi;
  signInFirst = true
}
/* No trade before the sign-in that a boot begins with. */
#define MAY_TRADE (!locked && !signInFirst)
#else
#define MAY_TRADE true
inline compareNewest() {
  skip
}
inline restore() {
  skip
}
#endif

/* ---------------------------------------------------------------- the program: src/main.ts, src/terminal.ts */

#ifdef REFUND
#define MAKE_GOOD(r) repeat(r)
#elif defined(ADVICE) && SALES == 1
#define MAKE_GOOD(r) repeat(r)
#else
#define MAKE_GOOD(r) settle(r)
#endif
#ifdef ADVICE
#define MAKE_SECOND_GOOD() repeat(1)
#else
#define MAKE_SECOND_GOOD() MAKE_GOOD(1)
#endif

active proctype terminal() {
  byte next; /* the counter's next sale: its customers do not come back after a power cut */
  bool reached = false;
  byte i;
  mtype code = absent;
  mtype seen = absent;
  byte seenOwner;

boot:
  skip;
  atomic { /* what the disk holds is all that is known */
    awaited = NOBODY; awaitedTo = to_sale; answer = absent; signInFirst = false;
    reached = false; code = absent; seen = absent; next = 0;
    restore();
    i = 0;
    do
    :: i < SALES ->
#ifdef DEBT_FORGOTTEN_AT_BOOT
      rows[i].memory = (OWES(rows[i].disk) -> none : rows[i].disk);
#elif defined(REVERSES_COMPLETED_AT_BOOT)
      rows[i].memory = (rows[i].disk == completed -> charged : rows[i].disk);
#else
      rows[i].memory = rows[i].disk;
#endif
      if
      :: rows[i].disk == begun -> assert(!rows[i].taken); rows[i].toldNo = true /* stateOf: it was never sent */
      :: rows[i].disk == completed -> rows[i].toldYes = true
      :: else
      fi;
      if :: rows[i].disk != none -> next = i + 1 :: else fi;
      i++
    :: else -> break
    od;
    i = 0;
    saysOfSale()
  };
  {
end:
    do
    :: next < SALES && (FREE(0) || FREE(1)) && MAY_BEGIN && MAY_SELL && MAY_TRADE ->
      sell(next);
      next++
    :: !signInFirst && OWES(rows[0].memory) -> MAKE_GOOD(0)
#if SALES > 1
    :: !signInFirst && OWES(rows[1].memory) -> MAKE_SECOND_GOOD()
#endif
    :: !signInFirst && rows[0].memory == unconfirmed -> confirm(0)
#if SALES > 1
    :: !signInFirst && rows[1].memory == unconfirmed -> confirm(1)
#endif
    :: signInFirst || !steady -> signIn()
    :: settling == none && MAY_SETTLE -> beginSettlement()
    :: settling != none -> settleOneStep()
    od
  } unless { powerCut ? _ -> goto boot }
}
