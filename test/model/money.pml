/*
 * One terminal, its lines and its bank: the money rules of the product, checked in every order of events.
 * Numbers in comments are those of the money rules; the file that each part stands for is named beside it.
 * `spin -a` turns this into a program that visits every state; model.test.ts runs it. README.md says what is left out.
 *
 * A -D switch named in README.md breaks the product by hand. Each must be found: a model that passes a broken terminal
 * has forgotten a ledger.
 */

#ifndef SALES
#define SALES 2 /* requests that the counter makes: one or two */
#endif
#ifndef TRACES
#define TRACES 2 /* the trace wraps after this: 999999 on a counter */
#endif
#ifndef BATCHES
#define BATCHES 1 /* their numbers do not come again */
#endif
#define NOBODY SALES

/* src/journal/progress.ts: stage and undone as one word. After a reversal has begun its stage says nothing more. */
mtype = { none, begun, sent, unknown, declined, charged, completed, reversing, unconfirmed, reversed };

/* bank/trades.ts. */
mtype = { posted, refused, undone, tombstone };

/* A message on its way. `stale`: sealed under keys that the bank no longer has. */
mtype = { absent, sound, stale };

/* F39, by what it means (src/host/response-codes.ts). `garbled` is every answer that may not be believed (rule 2). */
mtype = {
  ok_00, no_51, no_original_25, reversed_before_12, duplicate_94, issuer_91, other_batch_77, wrong_mac_A0, garbled
};

/* What an answer is to (the MTI). */
mtype = { to_sale, to_reversal };

/*
 * How a request whose result is not known is made good (src/journal/types.ts, `lost`). Without REFUND each row is undone
 * by a reversal: a sale, and as well a void or a pre-authorisation, for which `taken` reads "done at the bank"; a void
 * that was reversed, or refused, leaves its sale charged, and that is what "no" means on its screen (rule 7). With REFUND
 * each row is a refund of the same original, or an offline advice, which have no reversal (rules 8 and 10).
 */
#ifdef REFUND
#define REPEATED true
#else
#define REPEATED false
#endif

typedef Row {
  mtype memory = none; /* what the program believes (src/journal/shelf.ts) */
  mtype disk = none;   /* what a power cut leaves (src/journal/store.ts) */
  byte number;             /* its trace: Promela has another use for that word */
  byte batch;
  bit closed;              /* its batch has been settled: src/journal/journal.ts, closeBatch */
  mtype request = absent;  /* 0200, on either line */
  mtype reversal = absent; /* 0400, on either line */
  /* What nobody in the model can see and every rule is about. */
  bit left;     /* the first byte of the request has left the terminal */
  bit taken;    /* the customer's money is with the merchant */
  bit tookOnce; /* it has been there once */
  bit toldNo;   /* screen, slip or till has said "not charged" */
  bit toldYes;  /* and "approved" */
};
Row rows[SALES];

#if SALES == 1
#define ALL(what) what(0)
#define ANY(what) what(0)
#else
#define ALL(what) (what(0) && what(1))
#define ANY(what) (what(0) || what(1))
#endif

/* The terminal. */
byte batch;              /* the journal's open batch, on disk */
byte awaited = NOBODY;   /* the row whose exchange is on the line: one at a time (src/values/exclusive.ts) */
mtype awaitedTo = to_sale;
mtype answer = absent;   /* come, and not yet read */
bool signInFirst;        /* src/session.ts, signInAgain: before the world is steady it signs in whenever it likes */

/* The bank: one row a batch and trace, for ever (bank/trades.ts, TradeKey). */
mtype trades[BATCHES * TRACES] = none;
byte owners[BATCHES * TRACES]; /* whose request made it, for the ledgers above alone */
byte bankBatch;

/* Whether terminal and bank hold the same working keys. A sign-in makes new ones; its answer may be lost. */
bool keysAgree = true;

/* The world. Once steady it stays so: lines carry, the bank answers, the power is on (for the claims of liveness). */
bool steady;
chan powerCut = [0] of { bit };

#define KEY(r) (rows[r].batch * TRACES + rows[r].number)
#define SEAL (keysAgree -> sound : stale)
/* src/journal/progress.ts, debts: the bank may have taken the money and the sale never finished. */
#define OWES(p) (p == sent || p == unknown || p == charged || p == reversing)
/* `unconfirmed` owes no money, and lets its batch close and its trace go: README.md. */
#ifdef UNCONFIRMED_HOLDS_TRACE
#define UNSETTLED(p) (OWES(p) || p == unconfirmed)
#else
#define UNSETTLED(p) OWES(p)
#endif
/* A word that may stay. */
#define DEFINITE(p) (p == none || p == begun || p == declined || p == completed || p == reversed)
#define isDefinite(r) DEFINITE(rows[r].disk)

/* ---------------------------------------------------------------- the journal: src/journal/ */

/*
 * On the disk when it returns. A power cut in between leaves what was before, and so does one before it: one step. Where
 * a step below is atomic, a power cut inside it would leave nothing else than one before it either.
 */
inline record(r, progress) {
  d_step { rows[r].memory = progress; rows[r].disk = progress }
}

inline tellNo(r) {
  /* Rules 2 and 5: said only of what the bank has not taken. That it never will is asserted where the bank posts. */
  assert(!rows[r].taken);
  rows[r].toldNo = true
}

/* ---------------------------------------------------------------- the lines: src/host/link.ts */

/*
 * Of two lines the first that can be reached, or none. What is sent over either arrives late, twice, in any order, or
 * never, so that past this point they are one.
 */
inline connect() {
  if
  :: reached = true  /* the primary */
  :: !steady -> reached = true  /* it failed before the first byte: the backup */
  :: !steady -> reached = false
  fi
}

#ifdef SENT_BEFORE_DISK
#define NOTE_SENT(r) rows[r].memory = sent
#define ON_DISK(r) true
#else
#define NOTE_SENT(r) record(r, sent)
#define ON_DISK(r) (rows[r].disk == sent)
#endif

/* All of the sale that the wire sees. Rule 1: what leaves is on the disk first, and leaves once. */
inline send(r) {
  d_step {
    assert(ON_DISK(r));
    assert(!rows[r].left || REPEATED);
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

/* Rule 4: an answer to a request that nobody waits for is evidence, and changes nothing. */
inline late(r, code) {
#ifdef REVIVED_BY_LATE_ANSWER
  if
  :: code == ok_00 && OWES(rows[r].memory) ->
    rows[r].memory = completed; rows[r].disk = completed; rows[r].toldYes = true
  :: else
  fi
#else
  skip
#endif
}

/* ---------------------------------------------------------------- a sale: src/sale/sale.ts */

/* Rule 11. Which of the free ones comes next does not matter, so the wrap is among the cases. */
#ifdef TAKES_HELD_TRACE
#define FREE(t) true
#else
#define holds_0(r) (rows[r].disk != none && !rows[r].closed && rows[r].number == 0)
#define holds_1(r) (rows[r].disk != none && !rows[r].closed && rows[r].number == 1)
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
    assert(!ANY(HOLDS)); /* rule 11 */
    rows[r].batch = batch;
    record(r, begun)
  }
}

/* Rule 8: an unknown refund blocks a second one of the same original; one that was made leaves no remainder. */
#if defined(REFUND) && !defined(SECOND_REFUND_TOO_SOON)
#define MAY_BEGIN (next == 0 || rows[0].memory == begun || rows[0].memory == declined)
#else
#define MAY_BEGIN true
#endif

inline sell(r) {
  begin(r);
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

/* src/host/answers.ts, judged, and what the flow makes of it. */
inline judge(r, code) {
  if
  :: code == ok_00 -> record(r, charged)
  :: code == no_51 || code == reversed_before_12 -> record(r, declined); tellNo(r)
  :: code == other_batch_77 -> record(r, declined); tellNo(r); signInFirst = steady /* rule 5: the row keeps its batch */
  :: code == wrong_mac_A0 -> record(r, declined); tellNo(r); signInFirst = steady
  :: code == garbled || code == issuer_91 -> record(r, unknown) /* rule 2 */
  :: code == duplicate_94 -> record(r, unknown)                 /* rule 6: the reversal asks about that trace */
  fi;
  code = absent
}

/* A power cut before this leaves a charge that the counter never finished: it is reversed. */
inline finish(r) {
  if
  :: rows[r].memory == charged ->
    atomic { assert(rows[r].taken); record(r, completed); rows[r].toldYes = true } /* rule 14: for ever, see turnBack */
  :: else
  fi
}

/* ---------------------------------------------------------------- what is owed: src/outbox/outbox.ts */

inline settle(r) {
  if
  :: rows[r].memory != reversing -> record(r, reversing) /* before its first byte */
  :: else
  fi;
  atomic {
    connect();
    if
    :: reached -> rows[r].reversal = SEAL; awaited = r; awaitedTo = to_reversal
    :: !reached /* it stays owed, and is not counted against it */
    fi
  }
  if
  :: !reached
  :: reached -> atomic { reached = false; hear(r, code); settled(r, code) }
  fi
}

inline settled(r, code) {
  if
  :: code == ok_00 -> record(r, reversed); tellNo(r) /* rule 3 */
  :: code == no_original_25 -> record(r, unconfirmed)
  :: code == wrong_mac_A0 -> signInFirst = steady
  :: code == garbled ->
#ifdef CLEARED_WITHOUT_ACKNOWLEDGEMENT
    record(r, reversed); tellNo(r)
#else
    skip /* owed, and tried again; parked is a word for the screen (rule 13) and changes nothing here */
#endif
  fi;
  code = absent
}

/* Rule 8: what has no reversal is said again, byte for byte, to a host that knows duplicates. */
inline repeat(r) {
  atomic {
    connect();
    if
    :: reached -> record(r, sent)
    :: !reached -> record(r, unknown)
    fi
  }
  if
  :: !reached
  :: reached ->
    send(r);
    reached = false;
    atomic { hear(r, code); judge(r, code) }
    finish(r)
  fi
}

#ifdef REFUND
#define MAKE_GOOD(r) repeat(r)
#else
#define MAKE_GOOD(r) settle(r)
#endif

/* src/signin/bank.ts: new keys, and the batch that the bank has open. What was on its way is under the old keys. */
inline signIn() {
  atomic {
    newKeys();
    if
    :: keysAgree = true; batch = bankBatch; signInFirst = false
    :: !steady /* the bank has changed its keys, and the terminal has not heard of it */
    fi
  }
}

/*
 * A message under old keys is answered A0 and moves nothing. Its answer comes back over its own connection (a short link,
 * src/host/link.ts), so that where nobody waits there any more it is as good as lost.
 */
inline newKeys() {
  keysAgree = false;
  i = 0;
  do
  :: i < SALES ->
    if
    :: rows[i].request == sound -> rows[i].request = (awaited == i -> stale : absent)
    :: else
    fi;
    if
    :: rows[i].reversal == sound -> rows[i].reversal = (awaited == i -> stale : absent)
    :: else
    fi;
    i++
  :: else -> break
  od;
  i = 0
}

/* Rule 13: a batch closes when no money is owed in it. */
#ifdef CLOSES_OWING
#define blocks(r) false
#else
#define blocks(r) (rows[r].batch == batch && OWES(rows[r].memory))
#endif

/* The bank closes first, and its answer may be lost: a 77 tells of that. */
inline closeBatch() {
#ifdef CLOSES_WITHOUT_BANK
  closeRows()
#else
  bankBatch++;
  if
  :: closeRows(); batch = bankBatch
  :: !steady
  fi
#endif
}

inline closeRows() {
  i = 0;
  do
  :: i < SALES ->
    if
    :: rows[i].batch == batch && rows[i].disk != none -> assert(!OWES(rows[i].disk)); rows[i].closed = true
    :: else
    fi;
    i++
  :: else -> break
  od
}

/* Rule 3: an inquiry or the reconciliation, which no program asks yet (issue 4), finds the tombstone. */
inline confirm(r) {
  assert(trades[KEY(r)] == tombstone);
  record(r, reversed);
  tellNo(r)
}

active proctype terminal() {
  byte next; /* the counter's next sale: its customers do not come back after a power cut */
  bool reached = false;
  byte i;
  mtype code = absent;

boot:
  skip;
  d_step { /* src/main.ts: what the disk holds is all that is known */
    awaited = NOBODY; awaitedTo = to_sale; answer = absent; signInFirst = false;
    reached = false; code = absent; next = 0;
    i = 0;
    do
    :: i < SALES ->
#ifdef DEBT_FORGOTTEN_AT_BOOT
      rows[i].memory = (OWES(rows[i].disk) -> none : rows[i].disk);
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
    i = 0
  };
  {
end:
    do
    :: next < SALES && (FREE(0) || FREE(1)) && MAY_BEGIN -> sell(next); next++
    :: !signInFirst && OWES(rows[0].memory) -> MAKE_GOOD(0)
#if SALES > 1
    :: !signInFirst && OWES(rows[1].memory) -> MAKE_GOOD(1)
#endif
    :: rows[0].memory == unconfirmed -> confirm(0)
#if SALES > 1
    :: rows[1].memory == unconfirmed -> confirm(1)
#endif
    :: signInFirst || !steady -> signIn()
    :: atomic { batch == bankBatch && bankBatch < BATCHES - 1 && !ANY(blocks) -> closeBatch() }
    od
  } unless { powerCut ? _ -> goto boot }
}

/* ---------------------------------------------------------------- the bank: bank/ */

/* The ledger: rule 1's "no charge twice" and rule 2's "not charged" are asserted where money moves. */
inline post(r) {
  assert(!rows[r].tookOnce);
  assert(rows[r].disk != none && rows[r].disk != begun);
  assert(!rows[r].toldNo);
  assert(rows[r].disk != unconfirmed && rows[r].disk != reversed);
#if defined(REFUND) && SALES == 2
  assert(!rows[1 - r].taken); /* rule 8: never more than the original */
#endif
  rows[r].taken = true; rows[r].tookOnce = true
}

inline turnBack(r) {
  assert(rows[r].taken);
  assert(!rows[r].toldYes); /* rule 14 */
  rows[r].taken = false
}

inline reply(r, what, code) {
  if
  :: awaited == r && awaitedTo == what && answer == absent -> answer = code
  :: awaited == r && awaitedTo == what && answer != absent /* behind another that will be read first */
  :: !steady /* lost on its way */
  :: !(awaited == r && awaitedTo == what) -> late(r, code)
  fi
}

/* A message that has been worked on comes once more. Two sales and a claim of liveness leave no room for it. */
#ifdef NOTHING_TWICE
#define TWICE false
#else
#define TWICE !steady
#endif

/* bank/sale.ts, charge. */
inline charge(r) {
  if
  :: rows[r].request == stale -> said = wrong_mac_A0
  :: else ->
    if
    :: trades[KEY(r)] == tombstone -> said = reversed_before_12 /* rule 3 */
    :: trades[KEY(r)] != none && !REPEATED -> said = duplicate_94
#ifdef HOST_KNOWS_NO_DUPLICATES
    :: trades[KEY(r)] == posted -> post(r); said = ok_00
#endif
    :: trades[KEY(r)] != none && REPEATED -> said = (trades[KEY(r)] == posted -> ok_00 : no_51)
    :: trades[KEY(r)] == none && rows[r].batch != bankBatch -> said = other_batch_77
    :: trades[KEY(r)] == none && rows[r].batch == bankBatch ->
      if
      :: post(r); trades[KEY(r)] = posted; owners[KEY(r)] = r; said = ok_00
      :: trades[KEY(r)] = refused; owners[KEY(r)] = r; said = no_51
      :: trades[KEY(r)] = refused; owners[KEY(r)] = r; said = issuer_91
#ifdef REFUSAL_LEAVES_NO_ROW /* of its standing, not of its card: decided anew when it comes twice */
      :: said = no_51
#endif
      fi
    fi
  fi
}

/* bank/reversal.ts, reverse. */
inline reverse(r) {
  if
  :: rows[r].reversal == stale -> said = wrong_mac_A0
  :: else ->
    if
    :: trades[KEY(r)] == none -> said = no_original_25;
#ifndef NO_TOMBSTONE
      trades[KEY(r)] = tombstone; owners[KEY(r)] = r
#endif
    :: trades[KEY(r)] == tombstone -> said = no_original_25
    :: trades[KEY(r)] == posted -> turnBack(owners[KEY(r)]); trades[KEY(r)] = undone; said = ok_00
    :: trades[KEY(r)] == refused -> trades[KEY(r)] = undone; said = ok_00
    :: trades[KEY(r)] == undone -> said = ok_00
    fi
  fi
}

/*
 * The bank, as it meets the messages of one row: each is worked on whole, its books committed before its answer leaves.
 * A message that stays on its way comes again (a duplicate); one that nobody takes for long is late; order is anybody's.
 */
active [SALES] proctype bank() {
  byte r = _pid - 1;
  mtype said = absent;
end:
  do
  :: atomic { rows[r].request != absent ->
      charge(r);
      if :: rows[r].request = absent :: TWICE fi;
      reply(r, to_sale, said);
      said = absent
    }
  :: atomic { rows[r].reversal != absent ->
      reverse(r);
      if :: rows[r].reversal = absent :: TWICE fi;
      reply(r, to_reversal, said);
      said = absent
    }
  :: !steady && rows[r].request != absent -> rows[r].request = absent
  :: !steady && rows[r].reversal != absent -> rows[r].reversal = absent
  od
}

/* ---------------------------------------------------------------- the world */

active proctype world() {
  byte i;
  do
  :: atomic { !steady -> powerCut ! true }
  :: atomic { !steady && keysAgree -> newKeys() } /* the bank's keys are changed, or an old sign-in arrives twice */
  :: atomic { !steady && bankBatch < BATCHES - 1 -> bankBatch++ } /* the bank opens its next batch by itself */
#ifndef NEVER_STEADY
  :: steady = true; break
#endif
  od
}

/* ---------------------------------------------------------------- claims */

/* Rules 2, 3 and 13: a steady world brings every row to a word that may stay. */
ltl settles { [] (steady -> <> ALL(isDefinite)) }
