/*
 * One terminal, its lines and its bank: the money rules of the product, checked in every order of events.
 * Numbers in comments are those of the money rules; the file that each part stands for is named beside it.
 * `spin -a` turns this into a program that visits every state; model.test.ts runs it. README.md says what is left out.
 *
 * A -D switch named in README.md breaks the product by hand. Each must be found: a model that passes a broken terminal
 * has forgotten a ledger.
 */

#ifndef SALES
#define SALES 2 /* how many requests the counter makes: one or two */
#endif
#ifndef TRACES
#define TRACES 2 /* the trace wraps after this: 999999 on a counter */
#endif
#ifndef BATCHES
#define BATCHES 1 /* batch numbers are not used again */
#endif
#define NOBODY SALES
#define SETTLER (SALES + 1)

/*
 * src/journal/progress.ts: stage and undone as one word. After a reversal has begun its stage says nothing more.
 * `gone`: a row that was lost when the journal was put back from a backup; only the bank remembers it.
 */
mtype = { none, begun, sent, unknown, accepted, declined, charged, completed, reversing, unconfirmed, reversed, gone };

/* bank/trades.ts. */
mtype = { posted, refused, undone, tombstone };

/* A message on its way. `stale`: sealed under keys that the bank no longer has. */
mtype = { absent, sound, stale };

/* F39, by what it means (src/host/response-codes.ts). `garbled` is every answer that may not be believed (rule 2). */
mtype = {
  ok_00, no_51, no_original_25, reversed_before_12, another_64, issuer_91, duplicate_94, moved_95, other_batch_77,
  wrong_mac_A0, garbled
};

/* What an answer is to (the MTI). */
mtype = { to_sale, to_reversal, to_count, to_end };

/*
 * How a request whose result is not known is made good (src/journal/types.ts, `lost`). What the requests are:
 *
 * (nothing)  sales, or whatever else is undone by a reversal.
 * VOID       voids of one sale that the counter has finished. `taken` reads "done at the bank" (rule 7).
 * REFUND     refunds of one original, said again with the same bytes (rule 8).
 * ADVICE     the last one is approved offline, before the bank is told; one before it is the sale that it comes after
 *            (rules 8 and 10).
 */
#if defined(REFUND)
#define REPEATED(r) true
#elif defined(ADVICE)
#define REPEATED(r) (r == SALES - 1)
#else
#define REPEATED(r) false
#endif

typedef Row {
  mtype memory = none; /* what the program believes (src/journal/shelf.ts) */
  mtype disk = none;   /* what a power cut leaves (src/journal/store.ts) */
  byte number;             /* its trace: Promela has another use for that word */
  byte batch;
  bit closed;              /* its batch has been settled: src/journal/journal.ts, closeBatch */
#ifdef RESTORED
  bit duplicate;           /* its answer was 94 */
#endif
  mtype request = absent;  /* 0200 or 0220, on either line */
  mtype reversal = absent; /* 0400, on either line */
#ifdef OTHER_BYTES
  bit changed;             /* what is on its way has other bytes than the first time */
#endif
  /* Facts that no party of the model can see, and that the rules are about. */
  bit left;     /* the first byte of the request has left the terminal */
  bit taken;    /* the customer's money is with the merchant */
  bit tookOnce; /* it has been there once */
  bit toldNo;   /* screen, slip or till has said "not charged" */
  bit toldYes;  /* screen, slip or till has said "approved" */
#ifdef ADVICE
  bit followed; /* the bank has a case about an advice that it refused */
#endif
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
mtype answer = absent;   /* has arrived, and is not read yet */
bool signInFirst;        /* src/session.ts, signInAgain: before the world is steady it signs in whenever it likes */

/* The bank: one row a batch and trace, for ever (bank/trades.ts, TradeKey). */
mtype trades[BATCHES * TRACES] = none;
byte owners[BATCHES * TRACES]; /* whose request made it: its amount tells the bank, and an inquiry */
byte bankBatch;

/* Whether terminal and bank hold the same working keys. A sign-in makes new ones; its answer may be lost. */
bool keysAgree = true;

/* The world. Once steady it stays so: lines carry, the bank answers, the power is on (for the claims of liveness). */
bool steady;
chan powerCut = [0] of { bit };

#define KEY(r) (rows[r].batch * TRACES + rows[r].number)
#define SEAL (keysAgree -> sound : stale)
/* src/journal/progress.ts, debts and owesMoney: the bank may have taken the money and the sale never finished. */
#define OWES(p) (p == sent || p == unknown || p == accepted || p == charged || p == reversing)
/* `unconfirmed` owes no money, so that its batch may close; it holds its trace all the same (rule 11). */
#define UNSETTLED(p) (OWES(p) || p == unconfirmed)
/* A state in which a row may stay for good. */
#define DEFINITE(p) (p == none || p == begun || p == declined || p == completed || p == reversed || p == gone)
#define isDefinite(r) DEFINITE(rows[r].disk)
#define isTaken(r) rows[r].taken

/* ---------------------------------------------------------------- what may be said */

/*
 * Rule 7: what the screen says of the sale that is voided (src/journal/entry.ts, state). It is read from the voids' own
 * rows; while one of them is open it says nothing of the end.
 */
#ifdef VOID
#define hasVoided(r) (rows[r].memory == completed)
#define isOpenVoid(r) UNSETTLED(rows[r].memory)
#ifdef VOID_STICKS
bit saleVoided; /* written beside the sale at the bank's yes, and not taken back with it */
#define SAYS_VOIDED saleVoided
#else
#define SAYS_VOIDED ANY(hasVoided)
#endif
#define saysOfSale() assert(ANY(isOpenVoid) || (ANY(isTaken) == SAYS_VOIDED))
#else
#define SAYS_VOIDED true
#define saysOfSale() skip
#endif

/* Rules 2 and 5: said only of what the bank has not taken. That it never will is asserted where the bank posts. */
inline tellNo(r) {
  assert(!rows[r].taken);
  assert(SAYS_VOIDED || !ANY(isTaken)); /* rule 7: of a void it means that the sale stands charged */
  rows[r].toldNo = true
}

/* ---------------------------------------------------------------- the lines: src/host/link.ts */

/*
 * Takes the first of the two lines that can be reached, or none. Messages over either arrive late, twice, in any order
 * or never, so that from here on the two lines are treated as one.
 */
inline connect() {
  if
  :: reached = true  /* the primary */
  :: !steady -> reached = true  /* it failed before the first byte: the backup */
  :: !steady -> reached = false
  fi
}

/* A message that has been worked on comes once more. Two sales and a claim of liveness leave no room for it. */
#ifdef NOTHING_TWICE
#define TWICE false
#else
#define TWICE !steady
#endif

inline reply(r, what, code) {
  if
  :: awaited == r && awaitedTo == what && answer == absent -> answer = code
  :: awaited == r && awaitedTo == what && answer != absent /* behind another that will be read first */
  :: !steady /* lost on its way */
  :: !(awaited == r && awaitedTo == what) -> late(r, code)
  fi
}

/* Rule 4: an answer to a request that nobody waits for is evidence, and changes nothing. */
inline late(r, code) {
#ifdef REVIVED_BY_LATE_ANSWER
  if
  :: r < SALES && code == ok_00 && OWES(rows[r].memory) ->
    rows[r].memory = completed; rows[r].disk = completed; rows[r].toldYes = true
  :: else
  fi
#else
  skip
#endif
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

#include "settlement.pml"
#include "outbox.pml"
#include "terminal.pml"
#include "bank.pml"

/* ---------------------------------------------------------------- the world */

active proctype world() {
  byte i;
  do
  :: atomic { !steady -> powerCut ! true }
  :: atomic { !steady && keysAgree -> newKeys() } /* the bank's keys are changed, or an old sign-in arrives twice */
#ifndef SETTLEMENT
  :: atomic { !steady && bankBatch < BATCHES - 1 -> bankBatch++ } /* the bank opens its next batch by itself */
#endif
#ifndef NEVER_STEADY
  :: steady = true; break
#endif
  od
}

/* ---------------------------------------------------------------- claims */

/* Rules 2, 3, 8 and 13: a steady world brings every row to a word that may stay, and a settlement to its end. */
ltl settles { [] (steady -> <> (ALL(isDefinite) && settling == none)) }
