package io.entrarelay.state;

import io.entrarelay.state.PageCommit.OutboxRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The records that were set aside: listed, tried again, dropped. Each method is one transaction.
 * Needs no lease: what is appended to a shard takes its number under the row of its lease.
 */
public final class DeadLetters {

  /**
   * Which letters are meant: all that fit everything that is said.
   *
   * @param ids of none but these; empty for any
   */
  public record Filter(
      List<Long> ids,
      @Nullable String stage,
      @Nullable String integration,
      @Nullable String report) {}

  /**
   * A letter without its content.
   *
   * @param form the form of its record where a sink's receiver refused it; null where it is Graph's
   * @param recordId Graph's id, where a sink's receiver refused the record; null where there is
   *     none, and where the record says it
   * @param revision 0 for the first content of its id; -1 where it isn't known
   * @param firstAt when it was set aside, epoch milliseconds
   * @param lastAt when for the last time
   * @param times how often
   * @param isRetried whether it is on its way to its sink once more
   * @param bytes of its record
   */
  public record Letter(
      long id,
      int shard,
      String stage,
      String reason,
      @Nullable String form,
      String integration,
      String report,
      String tenantId,
      long collectedAt,
      @Nullable String recordId,
      int revision,
      long firstAt,
      long lastAt,
      int times,
      boolean isRetried,
      int bytes) {

    /** The reason without what it may quote of the record, which is for few eyes. */
    public String summary() {
      int place = stage.startsWith(DeadLetter.MAPPING) ? reason.indexOf(": ") : -1;
      return place < 0 ? reason : reason.substring(0, place);
    }
  }

  /** Letters and their records' bytes. */
  public record Count(long letters, long bytes) {}

  private final Database database;

  DeadLetters(Database database) {
    this.database = database;
  }

  /** By stage; a stage without letters is not there. */
  public Map<String, Count> counts() {
    return database.read(DeadLetterTable::counts);
  }

  /**
   * Letters in the order of their numbers.
   *
   * @param after the last number that is not wanted any more
   */
  public List<Letter> list(Filter filter, long after, int most) {
    return database.read(session -> DeadLetterTable.list(session, filter, after, most));
  }

  /** How many letters fit. */
  public long count(Filter filter) {
    return database.read(session -> DeadLetterTable.count(session, filter));
  }

  /** The bytes of a letter's record; null where there is no such letter. */
  public byte @Nullable [] record(long id) {
    return database
        .<Optional<byte[]>>read(session -> Optional.ofNullable(DeadLetterTable.record(session, id)))
        .orElse(null);
  }

  /**
   * Appends a letter's line to the outbox for its sink alone. The letter goes when the sink has
   * taken it for good; until then it is kept, and where it is refused again, counted.
   *
   * @return whether it was there and not on its way already
   */
  public boolean retry(Letter letter, String sink, OutboxRow row) {
    return database.write(
        session -> {
          if (!DeadLetterTable.take(session, letter.id())) {
            return false;
          }
          LeaseTable.extend(session, letter.shard(), 1, row.zstd().length);
          long number = OutboxTable.append(session, letter.shard(), sink, List.of(row));
          DeadLetterTable.retried(session, letter.id(), number);
          return true;
        });
  }

  /**
   * Appends the line that was made of a letter's record to the outbox, for all sinks, and removes
   * the letter.
   *
   * @return whether the letter was there
   */
  public boolean mapped(Letter letter, OutboxRow row) {
    return database.write(
        session -> {
          if (!DeadLetterTable.remove(session, letter.id())) {
            return false;
          }
          LeaseTable.extend(session, letter.shard(), 1, row.zstd().length);
          OutboxTable.append(session, letter.shard(), null, List.of(row));
          return true;
        });
  }

  /** A letter was tried again without success. */
  public void failedAgain(long id, String reason) {
    database.write(
        session -> {
          DeadLetterTable.failedAgain(session, id, reason, database.now(session));
          return id;
        });
  }

  /**
   * Drops letters for good; those on their way to their sink stay.
   *
   * @return how many
   */
  public int drop(Filter filter) {
    return database.write(session -> DeadLetterTable.drop(session, filter));
  }
}
