/* The bank: bank/. */

/* The ledger: rule 1's "no charge twice" and rule 2's "not charged" are asserted where money moves. */
inline post(r) {
  assert(!rows[r].tookOnce);
  assert(rows[r].disk != none && rows[r].disk != begun);
  assert(!rows[r].toldNo);
  assert(rows[r].disk != reversed);
#ifndef OTHER_BANK
  assert(rows[r].disk != unconfirmed); /* rule 3: the tombstone refuses it */
#endif
#if defined(REFUND) && SALES == 2
  assert(!rows[1 - r].taken); /* rule 8: one refund was wanted, and what is left of the original would bear two */
#endif
#if defined(VOID) && SALES == 2
  assert(!rows[1 - r].taken); /* rule 7 */
#endif
#if defined(ADVICE) && SALES == 2
  /* Rule 10: while both are there, the first is on its way back. */
  assert(!rows[1 - r].taken || UNSETTLED(rows[0].disk));
#endif
  rows[r].taken = true; rows[r].tookOnce = true
}

inline turnBack(r) {
  assert(rows[r].taken);
  assert(!rows[r].toldYes); /* rule 14 */
  rows[r].taken = false
}

inline keep(r, state) {
  trades[KEY(r)] = state; owners[KEY(r)] = r;
#ifdef RESTORED
  newest = KEY(r);
#endif
  skip
}

/* bank/void.ts: a void of what is voided already is refused; it is read from the void's row, never written. */
#ifdef VOID
#define REFUSES ANY(isTaken)
#else
#define REFUSES false
#endif

#ifdef OTHER_BYTES
#define CHANGED(r) rows[r].changed
#else
#define CHANGED(r) false
#endif

/* bank/trade.ts, trade. */
inline charge(r) {
  if
  :: rows[r].request == stale -> said = wrong_mac_A0
  :: else ->
    if
    :: trades[KEY(r)] == tombstone -> said = reversed_before_12 /* rule 3 */
    :: trades[KEY(r)] != none && trades[KEY(r)] != tombstone && (!REPEATED(r) || CHANGED(r)) ->
#ifdef HOST_KNOWS_NO_DUPLICATES_OF_SALES
      if :: trades[KEY(r)] == posted -> post(r); said = ok_00 :: else -> said = duplicate_94 fi
#else
      said = duplicate_94
#endif
#ifdef HOST_KNOWS_NO_DUPLICATES
    :: trades[KEY(r)] == posted -> post(r); said = ok_00
#endif
    :: trades[KEY(r)] != none && REPEATED(r) && !CHANGED(r) -> said = (trades[KEY(r)] == posted -> ok_00 : no_51)
    :: trades[KEY(r)] == none && rows[r].batch != bankBatch -> said = other_batch_77
    :: trades[KEY(r)] == none && rows[r].batch == bankBatch && REPEATED(r) && !steady ->
      said = issuer_91 /* as 90 and 96: it leaves no row, and the request is sent again */
    :: trades[KEY(r)] == none && rows[r].batch == bankBatch ->
      if
      :: !REFUSES -> post(r); keep(r, posted); said = ok_00
      :: keep(r, refused); said = no_51; follow(r)
      :: !REPEATED(r) -> keep(r, refused); said = issuer_91
#ifdef REFUSAL_LEAVES_NO_ROW /* for the merchant's standing, not the card: decided anew when it comes twice */
      :: said = no_51
#endif
      fi
    fi
  fi
}

/* bank/refused-advice.ts: the merchant is out of pocket, and somebody must know. */
#if defined(ADVICE) && !defined(REFUSED_ADVICE_UNFOLLOWED)
inline follow(r) {
  rows[r].followed = true
}
#else
inline follow(r) {
  skip
}
#endif

/* bank/reversal.ts, reverse. Another bank, or this one broken, keeps no tombstone. */
#if defined(NO_TOMBSTONE) || defined(OTHER_BANK)
#define BURIES false
#else
#define BURIES true
#endif

inline reverse(r) {
  if
  :: rows[r].reversal == stale -> said = wrong_mac_A0
  :: else ->
    if
    :: trades[KEY(r)] == none ->
      said = no_original_25;
      if :: BURIES -> keep(r, tombstone) :: else fi
    :: trades[KEY(r)] == tombstone -> said = no_original_25
#ifdef RESTORED
    :: owners[KEY(r)] != r && trades[KEY(r)] != none && trades[KEY(r)] != tombstone -> said = another_64 /* another amount */
    :: owners[KEY(r)] == r && trades[KEY(r)] != none && trades[KEY(r)] != tombstone -> undo(r)
#else
    :: trades[KEY(r)] != none && trades[KEY(r)] != tombstone -> undo(r)
#endif
    fi
  fi
}

inline undo(r) {
  if
  :: trades[KEY(r)] == posted -> turnBack(owners[KEY(r)])
  :: else
  fi;
  trades[KEY(r)] = undone;
  said = ok_00
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

#ifdef SETTLEMENT
active proctype office() {
  mtype said = absent;
end:
  do
  :: atomic { counting ->
      count();
      if :: counting = false :: TWICE fi;
      reply(SETTLER, to_count, said);
      said = absent
    }
  :: atomic { ending ->
      close();
      if :: ending = false :: TWICE fi;
      reply(SETTLER, to_end, said);
      said = absent
    }
  :: !steady && counting -> counting = false
  :: !steady && ending -> ending = false
  od
}
#endif
