package io.entrarelay.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Sinks that are away, slow or full, and a state that has no room. */
class SinkFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long FAULT = 12_000;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final Rows rows = new Rows(4);

  @AfterEach
  void end() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> sinkFaults() {
    return rows.add("13a", "sink down for 12 s (an hour, compressed 300 times)", this::down)
        .add("13b", "sink slow for 12 s: a second for each file", this::slow)
        .add("13c", "the sink's disk full for 12 s", this::outFull)
        .add("29", "the state's disk full for 12 s", this::stateFull)
        .tests();
  }

  private Site site(String number) throws Exception {
    return new Site(
        "faults-" + number, directory.resolve(number), Site.graph().seed(13).build(), Map.of());
  }

  private void down() throws Exception {
    try (Site site = site("13a").start()) {
      Row row = site.row("13a", "sink down for 12 s (an hour, compressed 300 times)").underWay();
      Path vendor = site.out().resolve("vendor");
      Path away = site.out().resolve("vendor.away");
      Files.move(vendor, away);
      Files.writeString(vendor, "in the way");
      Thread.sleep(FAULT);
      Files.delete(vendor);
      Files.move(away, vendor);
      row.over().settle(SOON);
    }
  }

  private void slow() throws Exception {
    try (Site site = site("13b").start()) {
      Row row = site.row("13b", "sink slow for 12 s: a second for each file").underWay();
      site.steps(
          step -> {
            if (step.equals("files.renamed")) {
              LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            }
          });
      Thread.sleep(FAULT);
      site.steps(step -> {});
      row.over().settle(SOON);
    }
  }

  private void outFull() throws Exception {
    try (Site site = site("13c");
        SmallDisk disk = SmallDisk.mount(site.out(), 16)) {
      site.start();
      Row row = site.row("13c", "the sink's disk full for 12 s").underWay();
      disk.fill();
      Thread.sleep(FAULT);
      disk.free();
      row.over().settle(SOON);
      site.stop();
    }
  }

  private void stateFull() throws Exception {
    try (Site site = site("29");
        SmallDisk disk = SmallDisk.mount(site.data().resolve("state"), 96)) {
      site.start();
      Row row = site.row("29", "the state's disk full for 12 s").underWay();
      disk.fill();
      Thread.sleep(FAULT);
      disk.free();
      row.over().settle(SOON);
      site.stop();
    }
  }
}
