package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A state file that is deleted or damaged comes back from its copy as it was. */
class SqliteCopyTest {
  @TempDir Path directory;

  /** What the outbox's numbers begin behind, once a copy was used. */
  private static final long PASSED_OVER = 1_000_000;

  private static final Position AT = new Position(17, 17, 0);
  private static final Position LATER = new Position(18, 18, 0);

  private Path file() {
    return directory.resolve("relay.db");
  }

  private Path copy() {
    return directory.resolve("relay-copy.db");
  }

  private JdbcStore open() {
    return JdbcStore.sqlite(file(), Steps.NONE);
  }

  private static Lease lease(JdbcStore store, int shard) {
    return Objects.requireNonNull(store.takeAll("test").get(shard));
  }

  private enum Fault {
    DELETED {
      @Override
      void happen(Path file) throws IOException {
        for (String end : new String[] {"", "-wal", "-shm"}) {
          Files.deleteIfExists(file.resolveSibling(file.getFileName() + end));
        }
      }
    },
    DELETED_WITHOUT_ITS_LOG {
      @Override
      void happen(Path file) throws IOException {
        Files.delete(file);
        Files.writeString(file.resolveSibling(file.getFileName() + "-wal"), "of another time");
      }
    },
    EMPTIED {
      @Override
      void happen(Path file) throws IOException {
        FileChannel.open(file, StandardOpenOption.WRITE).truncate(0).close();
      }
    },
    HEAD_OVERWRITTEN {
      @Override
      void happen(Path file) throws IOException {
        overwrite(file, 0, 4_096);
      }
    },
    BODY_OVERWRITTEN {
      @Override
      void happen(Path file) throws IOException {
        overwrite(file, 8_192, (int) Files.size(file) - 8_192);
      }
    },
    CUT_OFF {
      @Override
      void happen(Path file) throws IOException {
        FileChannel.open(file, StandardOpenOption.WRITE).truncate(8_192).close();
      }
    };

    abstract void happen(Path file) throws IOException;
  }

  private static void overwrite(Path file, long from, int length) throws IOException {
    byte[] noise = new byte[length];
    new Random(27).nextBytes(noise);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(noise), from);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatHappensWhileStoppedIsMended(Fault fault) throws Exception {
    long seed;
    try (JdbcStore store = open()) {
      seed = store.hashSeed();
      store.move(lease(store, 3), "files", AT, List.of());
    }
    fault.happen(file());
    for (int start = 0; start < 2; start++) { // what was put back is whole, and has a copy
      try (JdbcStore store = open()) {
        assertThat(store.hashSeed()).isEqualTo(seed);
        assertThat(store.position("files", 3)).isEqualTo(AT);
        assertThat(store.lastSequence(3)).isEqualTo(PASSED_OVER);
        assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BODY_OVERWRITTEN", "CUT_OFF"})
  void whatHappensWhileRunningIsMendedAtTheNextWrite(Fault fault) throws Exception {
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      store.move(lease, "files", AT, List.of());
      logIntoFile();
      fault.happen(file());
      store.move(lease, "files", LATER, List.of());
      assertThat(store.position("files", 3)).isEqualTo(LATER);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
    assertThat(directory.resolve("relay.db-damaged")).exists();
    try (JdbcStore store = open()) {
      assertThat(store.position("files", 3)).isEqualTo(LATER);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BODY_OVERWRITTEN", "CUT_OFF"})
  void whatHappensWhileRunningIsMendedAtTheNextRead(Fault fault) throws Exception {
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      store.move(lease, "files", AT, List.of());
      logIntoFile();
      fault.happen(file());
      assertThat(store.position("files", 3)).isEqualTo(AT);
      store.move(lease, "files", LATER, List.of());
      assertThat(store.position("files", 3)).isEqualTo(LATER);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  /** As SQLite does it now and then; and other processes' commits empty its cache. */
  private void logIntoFile() throws SQLException {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      statement.execute("UPDATE setting SET value = value");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  /** It is made with a write, and not at once again after it was made. */
  private void awaitCopy(JdbcStore store) {
    await()
        .until(
            () -> {
              store.begin("any", Set.of("vendor"), false);
              return Files.exists(copy());
            });
  }

  @Test
  void aCopyThatIsRemovedIsMadeAnew() throws Exception {
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      Fault.DELETED.happen(copy());
      store.move(lease, "files", AT, List.of()); // gives it up
      awaitCopy(store);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCopyThatIsDamagedIsMadeAnew(Fault fault) throws Exception {
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    fault.happen(copy());
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", LATER, List.of()); // may find it
      awaitCopy(store);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  /** As after a kill between the two commits, and after a power cut. */
  @ParameterizedTest
  @ValueSource(strings = {"relay.db", "relay-copy.db"})
  void whereOneLacksTheLastCommitTheStateFileCounts(String behind) throws Exception {
    Path old = directory.resolve("old");
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    Files.copy(directory.resolve(behind), old);
    try (JdbcStore store = open()) {
      store.begin("any", Set.of("vendor"), false);
    }
    Files.move(old, directory.resolve(behind), StandardCopyOption.REPLACE_EXISTING);
    assertThat(Dump.of(copy())).isNotEqualTo(Dump.of(file()));
    try (JdbcStore store = open()) {
      assertThat(store.sinkForms()).hasSize(behind.equals("relay.db") ? 0 : 1);
      assertThat(store.lastSequence(3)).isZero();
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  /** SQLite finds nothing wrong with a file whose log is gone: it is as it was a while ago. */
  @Test
  void aFileThatHasLostItsLogIsPutBack() throws Exception {
    Path killed = Files.createDirectory(directory.resolve("killed"));
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      logIntoFile();
      store.move(lease, "files", AT, List.of());
      store.move(lease, "files", LATER, List.of());
      for (String name : new String[] {"relay.db", "relay-copy.db", "relay-copy.db-wal"}) {
        Files.copy(directory.resolve(name), killed.resolve(name));
      }
    }
    assertThat(Dump.of(killed.resolve("relay.db"))).isNotEqualTo(Dump.of(file()));
    assertThatThrownBy(() -> JdbcStore.beside(killed.resolve("relay.db")))
        .hasMessage(
            killed.resolve("relay.db")
                + " has lost commits. Start the relay: it is put back from its copy "
                + killed.resolve("relay-copy.db"));
    try (JdbcStore store = JdbcStore.sqlite(killed.resolve("relay.db"), Steps.NONE)) {
      assertThat(store.position("files", 3)).isEqualTo(LATER);
      assertThat(Dump.of(killed.resolve("relay-copy.db")))
          .isEqualTo(Dump.of(killed.resolve("relay.db")));
    }
    assertThat(killed.resolve("relay.db-damaged")).exists();
  }

  @Test
  void aCommandBesideAnEmptiedFileChangesNothing() throws Exception {
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    Fault.EMPTIED.happen(file());
    assertThatThrownBy(() -> JdbcStore.beside(file()))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            file() + " is missing. Start the relay: it is put back from its copy " + copy());
    assertThatThrownBy(() -> Requests.open(file(), InstantSource.system()))
        .hasMessage(
            file() + " is missing. Start the relay: it is put back from its copy " + copy());
    assertThat(file()).isEmptyFile();
    try (JdbcStore store = open()) {
      assertThat(store.position("files", 3)).isEqualTo(AT);
    }
  }

  @Test
  void aCommandBesideADamagedFileSaysThatAStartMendsIt() throws Exception {
    open().close();
    Fault.HEAD_OVERWRITTEN.happen(file());
    assertThatThrownBy(() -> JdbcStore.beside(file()))
        .hasMessageStartingWith(file() + " is damaged ([SQLITE_NOTADB] ")
        .hasMessageEndingWith("). Start the relay: it is put back from its copy " + copy());
    assertThat(JdbcStore.isThere(file())).isTrue();
    assertThat(JdbcStore.isThere(directory.resolve("other.db"))).isFalse();
  }

  @Test
  void aCopyLeavesTheDiskItsRoom() throws Exception {
    SqliteFile made = new SqliteFile(directory.resolve("made.db"));
    open().close();
    try (Connection connection = new SqliteFile(file()).connect(SqliteFile.Use.BESIDE)) {
      assertThatThrownBy(() -> made.write(new SqliteFile(file()), connection, Long.MAX_VALUE / 2))
          .isInstanceOf(IOException.class)
          .hasMessageMatching(
              "it takes 1 MB, and its disk has \\d+ MB left, of which \\d+ MB are kept free");
      assertThat(made.path()).doesNotExist();
      made.write(new SqliteFile(file()), connection, 0);
      assertThat(Dump.of(made.path())).isEqualTo(Dump.of(file()));
    }
  }

  @Test
  void whatSqliteDoesNotNoticeIsFoundByReadingAllOfAFile() throws Exception {
    open().close();
    long page;
    try (Connection connection = new SqliteFile(file()).connect(SqliteFile.Use.BESIDE)) {
      SqliteFile.requireWhole(connection);
      page =
          SqliteFile.number(
              connection, "SELECT rootpage FROM sqlite_master WHERE name = 'position'");
    }
    overwrite(file(), (page - 1) * 8_192, 8_192); // which nobody needs to begin
    try (Connection connection = new SqliteFile(file()).connect(SqliteFile.Use.BESIDE)) {
      assertThatThrownBy(() -> SqliteFile.requireWhole(connection))
          .isInstanceOf(SQLException.class)
          .matches(e -> SqliteFile.isDamage((SQLException) e));
    }
  }

  /** After a power cut, which may damage the one and cost the other its last seconds. */
  @ParameterizedTest
  @EnumSource(names = {"HEAD_OVERWRITTEN", "BODY_OVERWRITTEN", "CUT_OFF"})
  void aDamagedFileIsPutBackFromWhatThereIs(Fault fault) throws Exception {
    Path old = directory.resolve("old");
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    Files.copy(copy(), old);
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", LATER, List.of());
    }
    Files.move(old, copy(), StandardCopyOption.REPLACE_EXISTING);
    fault.happen(file());
    try (JdbcStore store = open()) {
      assertThat(store.position("files", 3)).isEqualTo(AT);
      assertThat(store.lastSequence(3)).isEqualTo(PASSED_OVER);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  /** As after a kill in the middle of putting the copy in place. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasLeftHalfDoneIsDoneAgain(boolean moved) throws Exception {
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    Files.writeString(directory.resolve("relay-copy.db-made"), "half of one");
    Files.writeString(directory.resolve("relay.db-restored"), "half of one");
    Fault.HEAD_OVERWRITTEN.happen(file());
    byte[] damaged = Files.readAllBytes(file());
    if (moved) {
      Files.move(file(), directory.resolve("relay.db-damaged"));
    }
    try (JdbcStore store = open()) {
      assertThat(store.position("files", 3)).isEqualTo(AT);
    }
    assertThat(directory.resolve("relay.db-damaged")).hasBinaryContent(damaged);
    assertThat(directory.resolve("relay-copy.db-made")).doesNotExist();
    assertThat(directory.resolve("relay.db-restored")).doesNotExist();
  }

  @Test
  void noOthersMayReadWhatTheyMayNotReadInTheFile() throws Exception {
    Set<PosixFilePermission> owners = PosixFilePermissions.fromString("rw-------");
    try (JdbcStore store = open()) {
      Files.setPosixFilePermissions(file(), owners);
      Lease lease = lease(store, 3);
      Fault.DELETED.happen(copy());
      store.move(lease, "files", AT, List.of()); // gives it up
      awaitCopy(store);
      assertThat(Files.getPosixFilePermissions(copy())).isEqualTo(owners);
    }
    Fault.DELETED.happen(file());
    open().close();
    assertThat(Files.getPosixFilePermissions(file())).isEqualTo(owners);
  }

  @Test
  void anotherProcessPutsNothingBack() throws Exception {
    try (JdbcStore store = open();
        JdbcStore beside = JdbcStore.beside(file())) {
      store.hashSeed();
      Fault.DELETED.happen(file());
      assertThatThrownBy(() -> beside.begin("any", Set.of("vendor"), false))
          .hasMessageEndingWith(" was put back or removed meanwhile: do it once more");
      assertThat(file()).doesNotExist();
      store.begin("any", Set.of("vendor"), false);
      assertThatThrownBy(() -> beside.begin("other", Set.of("vendor"), false))
          .hasMessageEndingWith(" was put back or removed meanwhile: do it once more");
      assertThat(store.sinkForms()).containsOnlyKeys("any");
    }
  }

  @Test
  void aCommitThatFailsIsInNoCopy() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    try (JdbcStore store =
        JdbcStore.sqlite(
            file(),
            step -> {
              if (step.equals("commit.before") && failing.getAndSet(false)) {
                throw new IllegalStateException("no room");
              }
            })) {
      Lease lease = lease(store, 3);
      failing.set(true);
      assertThatThrownBy(() -> store.move(lease, "files", AT, List.of())).hasMessage("no room");
      assertThat(copy()).doesNotExist();
      awaitCopy(store);
      assertThat(store.position("files", 3)).isEqualTo(Position.START);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  @Test
  void aWriteThatFailsIsInNeither() throws Exception {
    try (JdbcStore store = open()) {
      Lease before = lease(store, 3);
      Lease now = lease(store, 3);
      assertThatThrownBy(() -> store.move(before, "files", AT, List.of()))
          .isInstanceOf(StoreException.LeaseLost.class);
      store.move(now, "kafka", AT, List.of());
      assertThat(store.position("files", 3)).isEqualTo(Position.START);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  @Test
  void whatAnotherProcessWritesIsInBoth() throws Exception {
    try (JdbcStore store = open();
        JdbcStore beside = JdbcStore.beside(file())) {
      Lease lease = lease(store, 3);
      beside.begin("files", Set.of("vendor"), false);
      store.move(lease, "files", AT, List.of());
      beside.replay("files", 0);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  @Test
  void whatAnotherProcessCouldNotCopyIsNoticed() throws Exception {
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      Path away = Files.move(copy(), directory.resolve("away"));
      try (JdbcStore beside = JdbcStore.beside(file())) {
        beside.begin("files", Set.of("vendor"), false);
      }
      Files.move(away, copy());
      store.move(lease, "files", AT, List.of()); // gives it up
      awaitCopy(store);
      assertThat(Dump.of(copy())).isEqualTo(Dump.of(file()));
    }
  }

  @Test
  void aQuestionIsNotAskedAgainFromTheCopy() throws Exception {
    try (JdbcStore store = open();
        Requests asking = Requests.open(file(), InstantSource.system())) {
      store.hashSeed();
      asking.ask("replay", "files");
      Files.delete(copy()); // so that it is made with the question in it
      lease(store, 3);
      awaitCopy(store);
    }
    assertThat(Dump.rows(copy(), "request")).hasSize(1);
    Fault.DELETED.happen(file());
    try (JdbcStore store = open()) {
      store.hashSeed();
      assertThat(Dump.rows(file(), "request")).isEmpty();
    }
  }

  @Test
  void whoAsksReachesAFileThatWasPutBack() throws Exception {
    try (JdbcStore store = open()) {
      Lease lease = lease(store, 3);
      try (Requests answering = Requests.open(file(), InstantSource.system())) {
        assertThat(answering.take(Set.of())).isEmpty();
        Fault.DELETED.happen(file());
        store.move(lease, "files", AT, List.of());
        try (Requests asking = Requests.open(file(), InstantSource.system())) {
          asking.ask("refresh", "northwind");
          assertThat(answering.take(Set.of())).hasSize(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereTheCopyIsDamagedAsWellBothAreNamed(boolean missing) throws Exception {
    open().close();
    (missing ? Fault.DELETED : Fault.HEAD_OVERWRITTEN).happen(file());
    Fault.HEAD_OVERWRITTEN.happen(copy());
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(
            "the state file " + file() + " is " + (missing ? "missing" : "damaged ("))
        .hasMessageContaining(
            ", and its copy "
                + copy()
                + " can't be put in its place: [SQLITE_NOTADB] File opened that is not a database")
        .hasMessageEndingWith(
            "without both, collecting starts anew, and what Graph still keeps is delivered again");
    Fault.DELETED.happen(file());
    Fault.DELETED.happen(copy());
    try (JdbcStore store = open()) {
      assertThat(store.position("files", 3)).isEqualTo(Position.START);
    }
  }

  @Test
  void withoutEitherItBeginsAnew() throws Exception {
    try (JdbcStore store = open()) {
      store.move(lease(store, 3), "files", AT, List.of());
    }
    Fault.DELETED.happen(file());
    Fault.DELETED.happen(copy());
    try (JdbcStore store = open()) {
      store.takeAll("test");
      assertThat(store.position("files", 3)).isEqualTo(Position.START);
      assertThat(store.lastSequence(3)).isZero();
    }
    assertThat(Stream.of(file(), copy())).allMatch(Files::exists);
  }
}
