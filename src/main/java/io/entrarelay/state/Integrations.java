package io.entrarelay.state;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of integrations besides what is declared: what people have decided about
 * each, and how it fares. Each method is one transaction.
 */
public final class Integrations {
  /** So many changes of an integration's standing are kept. */
  public static final int KEPT = 200;

  private final Database database;

  Integrations(Database database) {
    this.database = database;
  }

  /**
   * Stops an integration for a while, on whichever node it is.
   *
   * @param by who did it
   * @return whether it was not paused before
   */
  public boolean pause(Tenancy tenancy, String by) {
    return database.write(
        session -> IntegrationTable.pause(session, tenancy, by, database.now(session)));
  }

  /**
   * Lets an integration go on: what it has missed is read.
   *
   * @return whether it was paused
   */
  public boolean resume(Tenancy tenancy) {
    return database.write(session -> IntegrationTable.resume(session, tenancy));
  }

  /** Those that are paused. */
  public Set<Tenancy> paused() {
    return database.read(IntegrationTable::paused);
  }

  /**
   * Notes how an integration fares where it fares otherwise than before.
   *
   * @param name the integration's name at this time
   * @return whether it did
   */
  public boolean note(Tenancy tenancy, String name, Standing standing) {
    return database.write(session -> IntegrationTable.note(session, tenancy, name, standing));
  }

  /** How each integration that was ever seen fares. */
  public Map<Tenancy, Standing> standings() {
    return database.read(IntegrationTable::standings);
  }

  /** How an integration fares; null where it was never seen. */
  public @Nullable Standing standing(Tenancy tenancy) {
    List<Standing> last = history(tenancy, 1);
    return last.isEmpty() ? null : last.get(0);
  }

  /** How an integration fared, the newest first; at most {@link #KEPT} changes are kept. */
  public List<Standing> history(Tenancy tenancy, int most) {
    return database.read(session -> IntegrationTable.history(session, tenancy, most));
  }

  /** Notes what integrations have read and taken, in the place of what was noted before. */
  public void note(Map<Tenancy, Figures> figures) {
    database.write(
        session -> {
          for (Map.Entry<Tenancy, Figures> each : figures.entrySet()) {
            FigureTable.note(session, each.getKey(), each.getValue());
          }
          return figures.size();
        });
  }

  /** What each integration that was ever read has read and taken. */
  public Map<Tenancy, Figures.Sums> sums() {
    return database.read(FigureTable::sums);
  }

  /** What an integration's reports have read and taken; null where it was never read. */
  public @Nullable Figures figures(Tenancy tenancy) {
    return database
        .<Optional<Figures>>read(session -> Optional.ofNullable(FigureTable.of(session, tenancy)))
        .orElse(null);
  }
}
