package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store on SQLite; a state file that can't be used is named, with what to do. */
class SqliteStoreTest extends StoreContract {

  @Override
  Store open() {
    return JdbcStore.sqlite(directory.resolve("contract.db"), Steps.NONE);
  }

  /** Whatever the contract does to a store. */
  @AfterEach
  void theCopyHasAllThatTheFileHas() throws SQLException {
    if (Files.exists(directory.resolve("contract.db"))) {
      assertThat(Dump.of(directory.resolve("contract-copy.db")))
          .isEqualTo(Dump.of(directory.resolve("contract.db")));
    }
  }

  private Path file() {
    return directory.resolve("relay.db");
  }

  private void meanwhile(String sql) throws SQLException {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsNotTouched() throws Exception {
    String before = "this is no database. ".repeat(1_000);
    Files.writeString(file(), before);
    assertThatThrownBy(() -> JdbcStore.sqlite(file(), Steps.NONE))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the state file "
                + file()
                + " can't be opened: Unable to obtain connection from database: [SQLITE_NOTADB]"
                + " File opened that is not a database file (file is not a database). If it is"
                + " damaged, move it away with all that is beside it: collecting starts anew, and"
                + " what Graph still keeps is delivered again");
    assertThat(file()).hasContent(before);
  }

  @Test
  void whatCannotBeWrittenOrReadNamesTheFile() throws Exception {
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE)) {
      Lease lease = store.takeAll("test").values().iterator().next();
      meanwhile("DROP TABLE feed");
      meanwhile("DROP TABLE position");
      assertThatThrownBy(() -> store.notBefore(lease, 1, 2))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith(
              "the state file " + file() + " could not be written, and nothing was changed: ")
          .hasMessageContaining("no such table: feed")
          .hasMessageEndingWith(". Check that its disk has room and that this user may write it");
      assertThatThrownBy(() -> store.position("files", 1))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("the state file " + file() + " could not be read: ")
          .hasMessageContaining("no such table: position")
          .hasMessageEndingWith(
              ". Check its disk; if the file is damaged, stop the relay, move it away and start"
                  + " again: without a copy, what Graph still keeps is delivered again");
    }
  }

  @Test
  void whoHasLostTheShardWritesNothing() {
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE)) {
      Lease before = store.takeAll("before").values().iterator().next();
      store.takeAll("now");
      assertThatThrownBy(() -> store.notBefore(before, 1, 2))
          .isInstanceOf(StoreException.LeaseLost.class)
          .hasMessage(
              "shard "
                  + before.shard()
                  + " has a new holder (our fencing number 1 is not the current one): nothing was"
                  + " written");
    }
  }

  @Test
  void aFileThatWasReplacedIsNotWrittenOn() throws Exception {
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE)) {
      Lease lease = store.takeAll("test").values().iterator().next();
      Path away = Files.move(file(), directory.resolve("away.db"));
      Files.copy(away, file());
      assertThatThrownBy(() -> store.notBefore(lease, 1, 2))
          .isInstanceOf(StoreException.class)
          .hasMessage(
              "the state file "
                  + file()
                  + " was replaced while it was in use: nothing more is collected or delivered."
                  + " Stop the relay, remove what is there now with its -wal, and start it again: it"
                  + " is put back from its copy "
                  + directory.resolve("relay-copy.db"));
      Files.move(away, file(), StandardCopyOption.REPLACE_EXISTING);
      store.notBefore(lease, 1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " -wal -shm"})
  void aFileThatWasRemovedIsPutBack(String others) throws Exception {
    Position before = new Position(17, 17, 0);
    Position after = new Position(18, 18, 0);
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE)) {
      Map<Integer, Lease> leases = store.takeAll("test");
      store.move(Objects.requireNonNull(leases.get(3)), "files", before, List.of());
      for (String end : ("db" + others).split(" ")) {
        Files.delete(directory.resolve(file().getFileName() + end.replace("db", "")));
      }
      store.move(Objects.requireNonNull(leases.get(4)), "files", after, List.of());
      assertThat(store.position("files", 3)).isEqualTo(before);
      assertThat(store.position("files", 4)).isEqualTo(after);
    }
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE)) {
      assertThat(store.position("files", 3)).isEqualTo(before);
      assertThat(store.position("files", 4)).isEqualTo(after);
    }
  }

  @Test
  void aFileThatCannotBePutBackIsNotWrittenOn() throws Exception {
    Path inner = Files.createDirectory(directory.resolve("inner"));
    try (JdbcStore store = JdbcStore.sqlite(inner.resolve("relay.db"), Steps.NONE)) {
      Lease lease = store.takeAll("test").values().iterator().next();
      Path away = Files.move(inner, directory.resolve("away"));
      assertThatThrownBy(() -> store.notBefore(lease, 1, 2))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith(
              "the state file "
                  + inner.resolve("relay.db")
                  + " was removed while it was in use, and can't be written anew: ")
          .hasMessageEndingWith("put back from its copy " + inner.resolve("relay-copy.db"));
      Files.createDirectory(inner);
      store.notBefore(lease, 1, 2);
      assertThat(inner.resolve("relay.db")).exists();
      assertThat(away.resolve("relay.db")).exists();
    }
  }

  @Test
  void aDirectoryThatCannotBeUsedOrGivenBackIsNamed() throws Exception {
    Path data = directory.resolve("data");
    DataDirectory taken = DataDirectory.take(data, "run");
    taken.close();
    assertThatThrownBy(taken::close)
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the lock of "
                + data
                + " could not be given back: java.nio.channels.ClosedChannelException. It is free"
                + " when this process has ended");

    Path file = Files.writeString(directory.resolve("file"), "in the way");
    assertThatThrownBy(() -> DataDirectory.take(file, "run"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("the data directory " + file + " can't be used: ")
        .hasMessageEndingWith(". Give a directory that this user may write with --data");
  }
}
