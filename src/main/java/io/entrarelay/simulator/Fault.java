package io.entrarelay.simulator;

/**
 * A way in which an answer is not what a client hopes for, all seen on Graph or the token endpoint
 * or on the way to them.
 */
public enum Fault {
  /** 429 though the budget was kept; {@code Retry-After} whole, fractional, a date or absent. */
  TOO_MANY_REQUESTS(1, Kind.ANSWER),
  /** 503 with {@code Retry-After}. */
  UNAVAILABLE_RETRY_AFTER(1, Kind.ANSWER),
  /** 503 without {@code Retry-After}, with an HTML body. */
  UNAVAILABLE(1, Kind.ANSWER),
  /** 500 with Graph's error body. */
  SERVER_ERROR(1, Kind.ANSWER),
  /** 504 with an empty body. */
  GATEWAY_TIMEOUT(1, Kind.ANSWER),
  /** Fewer records than asked for, and a link to the rest. */
  SHORT_PAGE(1, Kind.PAGE),
  /** The page begins with the last records of the page before. */
  DUPLICATES(1, Kind.PAGE),
  /** No answer: the connection is closed. */
  CONNECTION_CLOSED(2, Kind.ANSWER),
  /** The body ends before its length. */
  TRUNCATED_BODY(2, Kind.BODY),
  /** A 200 whose JSON ends in the middle, with a matching length. */
  TRUNCATED_JSON(2, Kind.BODY),
  /** A 200 that is an HTML page. */
  HTML(2, Kind.ANSWER),
  /** A 200 without a body. */
  EMPTY_BODY(2, Kind.ANSWER),
  /** A 200 that holds an error object and no records. */
  ERROR_OBJECT(2, Kind.ANSWER),
  /** A 200 that begins with records and then holds an error object instead of the rest. */
  ERROR_IN_PAGE(2, Kind.BODY),
  /** No records, and a link to them. */
  EMPTY_PAGE(2, Kind.PAGE),
  /** All records of the page before once more. */
  REPEATED_PAGE(2, Kind.PAGE),
  /** Records outside the window that was asked for. */
  OUT_OF_WINDOW(2, Kind.PAGE),
  /** A first query of young records that leaves some out; asking again shows them. */
  FEWER_ROWS(2, Kind.PAGE),
  /** 400, the skip token has expired in the middle of the walk. */
  SKIP_TOKEN_EXPIRED(2, Kind.WALK),
  /** 401, the access token has expired before its time. */
  TOKEN_EXPIRED(2, Kind.AUTHORIZATION),
  /** 401 with a claims challenge; only a token asked for with those claims is good from then on. */
  CLAIMS_CHALLENGE(2, Kind.AUTHORIZATION),
  /** The body comes in drops. */
  TRICKLED_BODY(3, Kind.BODY),
  /** The body stops, and the connection is closed after a while. */
  STALLED_BODY(3, Kind.BODY),
  /** 403, as if the tenant had no licence. */
  NON_PREMIUM(3, Kind.AUTHORIZATION),
  /** A link with an empty skip token. */
  EMPTY_SKIP_TOKEN(3, Kind.WALK),
  /** A link to another port, or another path. */
  FOREIGN_LINK(3, Kind.WALK),
  /** The token endpoint answers 500, 503, 429, HTML or cuts its answer. */
  TOKEN_ENDPOINT(2, Kind.TOKEN);

  /** What a fault touches, which decides when it can happen and how often. */
  enum Kind {
    /** Takes the place of the answer; the same request succeeds later. */
    ANSWER,
    /** Changes what the page holds; nothing is wrong with the answer. */
    PAGE,
    /** Breaks the page's body; the same request succeeds later. */
    BODY,
    /** Ends a walk over pages: the window must be read again. */
    WALK,
    /** Refuses the token; the next request succeeds, with what was demanded. */
    AUTHORIZATION,
    /** Happens at the token endpoint. */
    TOKEN
  }

  private final int level;
  private final Kind kind;

  Fault(int level, Kind kind) {
    this.level = level;
    this.kind = kind;
  }

  /** The lowest level of faults at which it happens. */
  public int level() {
    return level;
  }

  Kind kind() {
    return kind;
  }
}
