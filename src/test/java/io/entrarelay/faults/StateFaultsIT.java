package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.entrarelay.relay.StartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A state file that is deleted, damaged or can't be written. */
class StateFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final String AGAIN =
      "without a state, what `relay.collect.backfill` reaches is delivered again";

  StateFaultsIT() {
    super(5);
  }

  @TestFactory
  Stream<DynamicTest> stateFaults() {
    return rows()
        .add("26a", "state file deleted while stopped", this::deletedWhileStopped)
        .add("26b", "state file deleted while running", this::deletedWhileRunning)
        .add("26c", "state file and its copy deleted while stopped", this::allDeleted)
        .add("27a", "state file damaged while stopped", this::damagedWhileStopped)
        .add("27b", "state file damaged while running", this::damagedWhileRunning)
        .add("28", "state read-only while stopped", this::readOnly)
        .tests();
  }

  private Site site(String number) throws Exception {
    return site(number, Site.graph().seed(26));
  }

  private static void delete(Site site, String... names) throws IOException {
    for (String name : names) {
      for (String end : new String[] {"", "-wal", "-shm"}) {
        Files.deleteIfExists(site.data().resolve("state").resolve(name + end));
      }
    }
  }

  private static void damage(Site site, long from, int length) throws IOException {
    byte[] noise = new byte[length];
    new Random(27).nextBytes(noise);
    try (FileChannel file =
        FileChannel.open(site.data().resolve("state/relay.db"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(noise), from);
    }
  }

  private void deletedWhileStopped() throws Exception {
    try (Site site = site("26a").start()) {
      Row row =
          site.row("26a", "state file deleted while stopped: put back from its copy").underWay();
      site.stop();
      delete(site, "relay.db");
      site.start();
      row.over().settle(SOON);
    }
  }

  private void deletedWhileRunning() throws Exception {
    try (Site site = site("26b").start()) {
      Row row =
          site.row("26b", "state file deleted while running: put back, and gone on").underWay();
      delete(site, "relay.db");
      await().atMost(SOON).until(() -> Files.exists(site.data().resolve("state/relay.db")));
      row.over().settle(SOON);
      site.stop();
      site.start(); // what was put back is whole
      row.over().settle(SOON);
      await().atMost(SOON).until(() -> site.problems().isEmpty());
    }
  }

  private void allDeleted() throws Exception {
    try (Site site = site("26c").start()) {
      Row row = site.row("26c", "state file and its copy deleted while stopped").underWay();
      site.stop();
      delete(site, "relay.db", "relay-copy.db");
      site.start();
      row.over().twiceAllowed(AGAIN).settle(SOON);
    }
  }

  private void damagedWhileStopped() throws Exception {
    try (Site site = site("27a").start()) {
      Row row =
          site.row("27a", "state file damaged while stopped: put back from its copy").underWay();
      site.stop();
      damage(site, 0, 4_096);
      site.start();
      row.over().settle(SOON);
    }
  }

  private void damagedWhileRunning() throws Exception {
    try (Site site = site("27b").start()) {
      Row row =
          site.row("27b", "state file damaged while running: put back from its copy, and gone on")
              .underWay();
      damage(site, 8_192, (int) Files.size(site.data().resolve("state/relay.db")) - 8_192);
      await().atMost(SOON).until(() -> Files.exists(site.data().resolve("state/relay.db-damaged")));
      row.over().settle(SOON);
      site.stop();
      site.start(); // what was put back is whole
      row.over().settle(SOON);
      await().atMost(SOON).until(() -> site.problems().isEmpty());
    }
  }

  private void readOnly() throws Exception {
    try (Site site = site("28");
        SmallDisk disk = SmallDisk.mount(site.data().resolve("state"), 96)) {
      site.start();
      Row row =
          site.row("28", "state read-only at a start: refused, made writable, started").underWay();
      site.stop();
      disk.readOnly(true);
      assertThatThrownBy(site::start)
          .isInstanceOf(StartException.class)
          .hasMessageContaining("can't be used");
      disk.readOnly(false);
      site.start();
      row.over().settle(SOON);
      site.stop();
    }
  }
}
