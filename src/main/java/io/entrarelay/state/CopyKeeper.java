package io.entrarelay.state;

import static io.entrarelay.state.SqliteFile.firstLine;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a state file has a copy, makes it anew where it can't follow, and says so. The
 * state file alone decides whether a write has taken place: what goes wrong here ends the copy, not
 * the write. Used while writing.
 */
final class CopyKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CopyKeeper.class);

  /** After a copy could not be made: what is in its way may last. */
  private static final Duration NEXT = Duration.ofSeconds(30);

  /** After a copy was made, as many times as long as that took: nothing is written meanwhile. */
  private static final int REST = 20;

  private final SqliteFile state;
  private final boolean owns;
  private @Nullable SqliteCopy copy;
  private long next = System.nanoTime();

  /** What was said last, so that it is said once. */
  private String said = "";

  /**
   * @param owns whether this process has the state file for itself: another one follows with what
   *     it writes, and makes no copy
   */
  CopyKeeper(SqliteFile state, boolean owns) {
    this.state = state;
    this.owns = owns;
    this.copy = SqliteCopy.open(state);
  }

  /**
   * Takes the copy that is there, or makes another.
   *
   * @throws SQLException where the state file turns out to be damaged, and a copy is there, whether
   *     or not it has the last commits
   */
  void begin(Connection writer) throws SQLException {
    SqliteCopy found = copy;
    if (found != null && !found.hasAll(writer)) {
      found.close();
      copy = null;
    }
    try {
      make(writer);
    } catch (SQLException e) {
      if (SqliteFile.isDamage(e) && SqliteCopy.exists(state)) {
        throw e;
      }
      withoutOld(writer, e);
    } catch (IOException e) {
      withoutOld(writer, e);
    }
  }

  /**
   * One that lacks something is of no use, and takes the room of another: it goes, where the state
   * file is whole.
   *
   * @throws SQLException where that is damaged
   */
  private void withoutOld(Connection writer, Exception why) throws SQLException {
    if (!SqliteCopy.exists(state)) {
      failed(why);
      return;
    }
    SqliteFile.requireWhole(writer);
    try {
      SqliteCopy.of(state).remove();
      make(writer);
    } catch (SQLException | IOException e) {
      failed(e);
    }
  }

  /** Makes a copy where there is none; where it can't be made, that is said and tried again. */
  void require(Connection writer) {
    if (copy == null && owns && System.nanoTime() - next >= 0) {
      try {
        make(writer);
      } catch (SQLException | IOException e) {
        failedAtWork(writer, e);
      }
    }
  }

  private void failedAtWork(Connection writer, Exception why) {
    try {
      if (SqliteFile.isDamage(why)) {
        failed(why);
      } else {
        withoutOld(writer, why);
      }
    } catch (SQLException e) {
      failed(e);
    }
  }

  private void make(Connection writer) throws SQLException, IOException {
    if (copy == null && owns) {
      long begun = System.nanoTime();
      copy = SqliteCopy.make(state, writer);
      long made = System.nanoTime();
      next = made + REST * (made - begun);
      if (!said.isEmpty()) {
        LOG.info("the state file {} has a copy again: {}", state, SqliteCopy.of(state));
      }
      said = "";
    }
  }

  private void failed(Exception e) {
    next = System.nanoTime() + NEXT.toNanos();
    say(
        "can't be made: "
            + firstLine(e)
            + ". Give its disk twice the room that the state file takes; it is tried again");
  }

  private void say(String what) {
    if (!what.equals(said)) {
      LOG.warn("the state file {} has no copy: {} {}", state, SqliteCopy.of(state), what);
    }
    said = what;
  }

  /** Whether there is one that has all that was committed. */
  boolean isThere() {
    return copy != null;
  }

  /**
   * Commits to the copy what is about to be committed to the state file.
   *
   * @return whether it has it
   */
  boolean follow(int commits, List<Session.Change> changes) {
    if (copy == null) {
      return false;
    }
    try {
      copy.commit(commits, changes);
      return true;
    } catch (SQLException e) {
      giveUp(firstLine(e));
      return false;
    }
  }

  /** The copy has what the state file never got, or lacks something. */
  void giveUp(String why) {
    SqliteCopy lost = Objects.requireNonNull(copy);
    copy = null;
    try {
      lost.giveUp();
      say("was given up (" + why + "), and is made anew");
    } catch (IOException e) {
      say("is of no use (" + why + ") and could not be removed: " + e.getMessage());
    }
  }

  /** The copy takes the state file's place: another is made of that at once. */
  void letGo() {
    close();
    next = System.nanoTime();
  }

  @Override
  public void close() {
    if (copy != null) {
      copy.close();
      copy = null;
    }
  }
}
