package io.entrarelay.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has changed what: an entry for each change that a person makes, and for each sign-in. It
 * holds no secret: whoever writes leaves them out.
 */
public final class AuditLog {
  /** The one kind of entry of which only the newest are kept: anybody can bring it about. */
  public static final String SIGN_IN_FAILED = "sign-in failed";

  /** How many of them are kept. */
  private static final int FAILED_SIGN_INS = 10_000;

  /**
   * One entry.
   *
   * @param at by the database's clock, epoch milliseconds
   * @param who the user's name, or that of the command and of the operating system's user
   * @param what the change: {@code role changed}
   * @param target what was changed
   * @param was what it was before; null where there was nothing or it is nobody's business
   * @param becomes what it is now, likewise
   */
  public record Entry(
      long id,
      long at,
      String who,
      String what,
      String target,
      @Nullable String was,
      @Nullable String becomes) {}

  private final Database database;
  private final int failedSignIns;

  AuditLog(Database database) {
    this(database, FAILED_SIGN_INS);
  }

  private AuditLog(Database database, int failedSignIns) {
    this.database = database;
    this.failedSignIns = failedSignIns;
  }

  /** The same log, of which so many failed sign-ins are kept. */
  AuditLog keeping(int failed) {
    return new AuditLog(database, failed);
  }

  /** Writes an entry. Texts that are too long are cut, and made one line. */
  public void write(
      String who, String what, String target, @Nullable String was, @Nullable String becomes) {
    database.write(
        session -> {
          AuditTable.add(session, database.now(session), who, what, target, was, becomes);
          if (what.equals(SIGN_IN_FAILED)) {
            AuditTable.keepNewest(session, what, failedSignIns);
          }
          return what;
        });
  }

  /**
   * Entries, the newest first.
   *
   * @param before only those with lower numbers; {@link Long#MAX_VALUE} for all
   */
  public List<Entry> list(long before, int most) {
    return database.read(session -> AuditTable.list(session, before, most));
  }
}
