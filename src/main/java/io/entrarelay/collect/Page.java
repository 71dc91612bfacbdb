package io.entrarelay.collect;

import io.entrarelay.collect.Books.Fate;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Selection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One page on its way from Graph into the outbox: its records, their books, and the forms made of
 * them. Used by one thread at a time.
 */
public final class Page implements AutoCloseable {
  private final Walk walk;
  private final RecordBatch batch;
  private final Books books;
  private final long collectedAt;
  private final Map<String, FormLines> forms = new LinkedHashMap<>();
  private final Set<String> written = new LinkedHashSet<>();
  private final Map<Integer, Map<String, String>> failedForms = new TreeMap<>();
  private final Map<Integer, String> dropped = new TreeMap<>();
  private final Map<Integer, Parked> parked = new TreeMap<>();
  private final Set<String> routes = new LinkedHashSet<>();
  private final Map<Long, Integer> versions = new LinkedHashMap<>();
  private Selection taken = new Selection();

  /** Why a record is set aside. */
  public record Parked(String stage, String reason) {}

  Page(Walk walk, RecordBatch batch, long collectedAt) {
    this.walk = walk;
    this.batch = batch;
    this.books = new Books(batch.size());
    this.collectedAt = collectedAt;
  }

  public Walk walk() {
    return walk;
  }

  public RecordBatch batch() {
    return batch;
  }

  public Books books() {
    return books;
  }

  /** When the page was read, epoch milliseconds. */
  public long collectedAt() {
    return collectedAt;
  }

  /** The records that were not taken before, each with its revision. */
  public Selection taken() {
    return taken;
  }

  void taken(Selection selection) {
    this.taken = selection;
  }

  /** The versions of the seen sets that {@link #taken()} was decided by, by minute. */
  Map<Long, Integer> versions() {
    return versions;
  }

  /** The lines of each form, by the form's name. */
  public Map<String, FormLines> forms() {
    return forms;
  }

  /** Gives the page its lines in a form: one for each record that leaves in it, in their order. */
  public void form(String name, FormLines lines) {
    written.add(name);
    forms.put(name, lines);
  }

  /** The forms that were written: the commit finds them whole, or fails. */
  Set<String> written() {
    return written;
  }

  /**
   * Notes that a form could not be made of a record: the record leaves in the other forms, and its
   * original is kept with the reason.
   */
  public void formFailed(int ordinal, String form, String reason) {
    failedForms.computeIfAbsent(ordinal, key -> new TreeMap<>()).put(form, reason);
  }

  /** Why forms could not be made, by record and form. */
  Map<Integer, Map<String, String>> failedForms() {
    return failedForms;
  }

  /** Drops a record by name: it leaves in no form, is counted, and does not come again. */
  public void drop(int ordinal, String reason) {
    dropped.put(ordinal, reason);
  }

  Map<Integer, String> dropped() {
    return dropped;
  }

  /** Sets a record aside: its original is kept with the reason. */
  public void park(int ordinal, String stage, String reason) {
    parked.put(ordinal, new Parked(stage, reason));
  }

  Map<Integer, Parked> parked() {
    return parked;
  }

  /** Notes that the page has come to a route, for the name in an error. */
  public void passed(String routeId) {
    routes.add(routeId);
  }

  public Set<String> routes() {
    return routes;
  }

  /** The records that leave: taken, and neither dropped nor set aside. */
  public Selection leaving() {
    if (dropped.isEmpty() && parked.isEmpty()) {
      return taken;
    }
    Selection leaving = new Selection();
    for (int i = 0; i < taken.size(); i++) {
      int ordinal = taken.ordinal(i);
      if (!dropped.containsKey(ordinal) && !parked.containsKey(ordinal)) {
        leaving.add(ordinal, taken.revision(i));
      }
    }
    return leaving;
  }

  /** How a taken record ends when the page is committed. */
  Fate fateOf(int ordinal) {
    return dropped.containsKey(ordinal)
        ? Fate.DROPPED
        : parked.containsKey(ordinal) ? Fate.PARKED : Fate.COMMITTED;
  }

  @Override
  public void close() {
    batch.close();
  }
}
