/* Debts to the bank: src/outbox/outbox.ts. */

#ifdef REVERSES_94_BLINDLY
#define ASKS_FIRST(r) false
#elif defined(RESTORED)
#define ASKS_FIRST(r) rows[r].duplicate
#else
#define ASKS_FIRST(r) false /* where no journal is put back, the row that the bank has is always its own */
#endif

inline settle(r) {
  if
  :: rows[r].memory != reversing -> record(r, reversing) /* before its first byte */
  :: else
  fi;
  if
  :: ASKS_FIRST(r) -> whose(r) /* rule 6 */
  :: else -> turnAround(r)
  fi
}

inline turnAround(r) {
  atomic {
    connect();
    if
    :: reached -> rows[r].reversal = SEAL; awaited = r; awaitedTo = to_reversal
    :: !reached /* it stays owed, and does not count as a try */
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
  :: code == another_64 -> note94(r) /* its original is another's, as at 94 */
  :: code == garbled ->
#ifdef CLEARED_WITHOUT_ACKNOWLEDGEMENT
    record(r, reversed); tellNo(r)
#else
    skip /* owed, and tried again; parked is a word for the screen (rule 13) and changes nothing here */
#endif
  fi;
  code = absent;
  saysOfSale()
}

/*
 * An inquiry (bank/inquiry.ts): what the bank's books say of a row now. By the time it is read they may say something
 * else. `absent`: no answer that can be believed; under other keys it brings a sign-in.
 */
inline inquire(r) {
  if
  :: keysAgree -> seen = trades[KEY(r)]; seenOwner = owners[KEY(r)]
  :: !keysAgree -> signInFirst = steady
  :: !steady
  fi
}

/* Rule 6: the bank has a row under this trace; its reversal may turn back another's money. */
inline whose(r) {
  atomic { inquire(r) }
  if
  :: seen == absent
  :: seen != absent && seen != none && seenOwner != r -> /* of another amount */
    atomic { seen = absent; record(r, reversed); tellNo(r) }
  :: else -> seen = absent; turnAround(r)
  fi
}

/* Rule 3: an unconfirmed reversal is confirmed, or found: what came after its reversal, and was taken, is turned back. */
inline confirm(r) {
  atomic { inquire(r) }
  atomic {
    if
    :: seen == tombstone || seen == undone || seen == refused -> record(r, reversed); tellNo(r)
    :: seen == posted -> record(r, reversing)
#ifdef NONE_IS_NOT_CHARGED
    :: seen == none -> record(r, reversed); tellNo(r)
#else
    :: seen == none /* the request may still be on its way */
#endif
    :: seen == absent
    fi;
    seen = absent;
    saysOfSale()
  }
}

/* Rule 8: what has no reversal is said again, byte for byte, to a host that knows duplicates; an advice is first said here. */
inline repeat(r) {
  atomic { connect() }
  if
  :: !reached
  :: reached ->
    send(r);
    reached = false;
    atomic { hear(r, code); told(r, code) }
    finish(r)
  fi
}

/* 94: the bank has something under that trace, and its books say whether it is this (outbox.ts, asDuplicate). */
inline told(r, code) {
  if
  :: code == ok_00 -> done(r)
#ifdef DUPLICATE_IS_YES
  :: code == duplicate_94 -> done(r)
#else
  :: code == duplicate_94 ->
    inquire(r);
    if
    :: seen == posted && seenOwner == r -> done(r)
    :: else
    fi;
    seen = absent
#endif
#ifdef ADVICE
  :: code == no_51 -> record(r, declined); assert(!rows[r].taken && rows[r].followed) /* the customer has gone */
#else
  :: code == no_51 -> record(r, declined); tellNo(r)
#endif
  :: code == other_batch_77 || code == wrong_mac_A0 -> signInFirst = steady
  :: code == garbled || code == issuer_91
  fi;
  code = absent
}
