package io.entrarelay.faults;

import static org.awaitility.Awaitility.await;

import io.entrarelay.sink.syslog.SyslogReceiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Sinks that are away, slow or full, and a state that has no room. */
class SinkFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final long FAULT = 12_000;

  SinkFaultsIT() {
    super(6);
  }

  @TestFactory
  Stream<DynamicTest> sinkFaults() {
    return rows()
        .add("13a", "files down for 12 s (an hour, compressed 300 times)", this::down)
        .add("13b", "files slow for 12 s: a second for each file", this::slow)
        .add("13c", "the files' disk full for 12 s", this::outFull)
        .add("13d", "Kafka down for 12 s", this::kafkaDown)
        .add("13e", "syslog receiver down for 12 s", this::syslogDown)
        .add("29", "the state's disk full for 12 s", this::stateFull)
        .tests();
  }

  private Site site(String number) throws Exception {
    return site(number, Site.graph().seed(13));
  }

  private void kafkaDown() throws Exception {
    // a broker of its own: the others are not to suffer
    try (FarEnds own = FarEnds.start(directory.resolve("13d-ends"));
        Site site = alone("13d", Site.graph().seed(13), Map.of())) {
      own.join(site, "row-13d");
      site.start();
      Row row = site.row("13d", "Kafka down for 12 s").underWay();
      own.broker().stop();
      Thread.sleep(FAULT);
      own.broker().restart();
      row.over().settle(SOON.multipliedBy(2));
    }
  }

  private void syslogDown() throws Exception {
    try (Site site = alone("13e", Site.graph().seed(13), Map.of())) {
      SyslogReceiver syslog = farEnds().join(site, "row-13e");
      site.start();
      Row row = site.row("13e", "syslog receiver stopped for 12 s").underWay();
      syslog.stop();
      Thread.sleep(FAULT);
      syslog.start();
      row.over().settle(SOON);
    }
  }

  private void down() throws Exception {
    try (Site site = site("13a")) {
      site.start();
      Row row = site.row("13a", "files down for 12 s (an hour, compressed 300 times)").underWay();
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
    try (Site site = site("13b")) {
      site.start();
      Row row = site.row("13b", "files slow for 12 s: a second for each file").underWay();
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
      Row row = site.row("13c", "the files' disk full for 12 s").underWay();
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
      Path copy = site.data().resolve("state/relay-copy.db");
      disk.fill();
      await().atMost(SOON).until(() -> !Files.exists(copy)); // it leaves the state its room
      disk.fill();
      Thread.sleep(FAULT);
      await()
          .atMost(SOON)
          .until(
              () -> site.problems().stream().anyMatch(it -> it.contains("could not be written")));
      disk.free();
      row.over().settle(SOON);
      await().atMost(SOON).until(() -> Files.exists(copy));
      site.stop();
    }
  }
}
