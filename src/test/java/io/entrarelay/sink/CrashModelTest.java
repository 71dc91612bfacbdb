package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.collect.Page;
import io.entrarelay.collect.PageConflict;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.RequestLimit;
import io.entrarelay.collect.SeenMinutes;
import io.entrarelay.collect.Turn;
import io.entrarelay.config.Contoso;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.Reports;
import io.entrarelay.simulator.FinishedFile;
import io.entrarelay.sink.NdjsonFiles.Compression;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Postgres;
import io.entrarelay.state.Steps;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The relay's core on a real store and real files, over a simulated time, against a Graph that
 * shows records late, revises them, fails and forgets its links; stopped at any step of a commit or
 * of finishing a file, and started again from the disk; with a disk that fails at any step of
 * forwarding. At the end each record's final content is in the files once, and nothing is there
 * twice.
 */
class CrashModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schedule SCHEDULE =
      new Schedule(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          List.of(
              Duration.ZERO,
              Duration.ofSeconds(1),
              Duration.ofSeconds(2),
              Duration.ofSeconds(4),
              Duration.ofSeconds(8)),
          Duration.ofDays(30));
  private static final long START = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();

  /** Stops the relay where it stands, as a killed process does. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  private record Content(String json, long visible) {}

  private record Event(String id, long time, List<Content> contents) {
    @Nullable String at(long now) {
      String shown = null;
      for (Content content : contents) {
        if (content.visible <= now) {
          shown = content.json;
        }
      }
      return shown;
    }
  }

  /** Graph as it shows itself at a moment. */
  private static final class Graph {
    private final List<Event> events = new ArrayList<>();
    private final Map<String, List<String>> walks = new HashMap<>();
    private final Random random;
    private int walk;

    Graph(Random random) {
      this.random = random;
    }

    void add(long now) {
      int id = events.size();
      long time = now - random.nextInt(500);
      List<Content> contents = new ArrayList<>();
      // within the last sweep's age of its time: what Graph shows later is beyond the promise
      long visible = time + (random.nextInt(3) == 0 ? random.nextInt(7_900) : random.nextInt(900));
      int versions = random.nextInt(5) == 0 ? 2 + random.nextInt(2) : 1;
      for (int version = 0; version < versions && visible < time + 8_000; version++) {
        // A, B, A: a content may come back, and must not come out again
        contents.add(new Content(json(id, time, version % 2), visible));
        visible += 1 + random.nextInt(3_000);
      }
      events.add(new Event("id-" + id, time, contents));
    }

    private static String json(int id, long time, int version) {
      return "{\"id\":\"id-"
          + id
          + "\",\"createdDateTime\":\""
          + Instant.ofEpochMilli(time)
          + "\",\"status\":{\"errorCode\":"
          + version
          + "}}";
    }

    /** A page, as the body Graph would send; null for a fault. */
    @Nullable String get(String link, long now, boolean quiet) {
      if (!quiet && random.nextInt(12) == 0) {
        return null;
      }
      String[] parts = link.split("skiptoken=");
      List<String> left;
      if (parts.length == 2) {
        left = walks.remove(parts[1]);
        if (left == null || (!quiet && random.nextInt(20) == 0)) {
          return null; // the link is lost
        }
      } else {
        left = matching(link, now);
      }
      int size = Math.min(left.size(), random.nextInt(4));
      List<String> page = left.subList(0, size);
      List<String> rest = left.subList(size, left.size());
      String next = "";
      if (!rest.isEmpty()) {
        String token = "t" + walk++;
        walks.put(token, rest);
        next =
            "\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken="
                + token
                + "\",";
      }
      return "{" + next + "\"value\":[" + String.join(",", page) + "]}";
    }

    private List<String> matching(String link, long now) {
      String filter = link.replace("%20", " ");
      long from = Instant.parse(filter.replaceAll(".* ge (\\S+?Z).*", "$1")).toEpochMilli();
      long to =
          filter.contains(" le ")
              ? Instant.parse(filter.replaceAll(".* le (\\S+?Z).*", "$1")).toEpochMilli()
              : Long.MAX_VALUE;
      List<String> found = new ArrayList<>();
      for (Event event : events) {
        String shown = event.at(now);
        if (shown != null && event.time >= from && event.time <= to) {
          found.add(shown);
          if (random.nextInt(15) == 0) {
            found.add(shown); // duplicates within an answer
          }
        }
      }
      java.util.Collections.shuffle(found, random);
      return found;
    }
  }

  /** One process: everything in memory, made anew from the disk after each crash. */
  private static final class Node {
    private final JdbcStore store;
    private final Collector collector;
    private final Forwarder forwarder;
    private final Pages pages;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timed> timed =
        new PriorityQueue<>(Comparator.comparingLong(Timed::at));
    private final World world;
    private final Feed feed;

    private record Timed(long at, Runnable task) {}

    Node(World world) {
      this.world = world;
      InstantSource clock = () -> Instant.ofEpochMilli(world.now);
      Steps steps = world::step;
      store = world.open(steps);
      Map<Integer, Lease> leases = store.takeAll("test");
      pages = new Pages(store, new SeenMinutes(store, 1 << 20), clock, true, shard -> {});
      Budget budget =
          new Budget(
              new RequestLimit(8, Duration.ofSeconds(1)),
              false,
              () -> world.now,
              (at, task) -> timed.add(new Timed(at, task)));
      collector =
          new Collector(
              store,
              pages,
              budget,
              SCHEDULE,
              Duration.ofSeconds(5),
              Scope.RUN,
              tasks::add,
              (delay, task) -> timed.add(new Timed(world.now + delay.toMillis(), task)),
              clock,
              this::read,
              () -> true);
      Path out = world.directory.resolve("out");
      forwarder =
          new Forwarder(
              "files",
              world.forms,
              lease -> store.trim(lease, Set.of("files"), Long.MAX_VALUE),
              store,
              leases,
              (page, delivery) -> write(out, page, delivery, steps),
              clock,
              steps);
      try {
        NdjsonFiles.sweep(out, Instant.MAX);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      feed =
          collector.add(
              Contoso.INTEGRATION,
              Reports.signIns(),
              Objects.requireNonNull(leases.get(feedShard())));
    }

    private void write(Path out, OutboxEntry page, Delivery delivery, Steps steps)
        throws IOException {
      NdjsonFiles.Style style =
          new NdjsonFiles.Style(out, Duration.ofMillis(1_500), 4_000, world.compression, null);
      NdjsonFiles files =
          (NdjsonFiles) delivery.enlist(out, () -> new NdjsonFiles(style, delivery, steps));
      FormLines lines = FormLines.read(page.zstd(), 1 << 20);
      files.append(
          out.resolve(page.form()).resolve(page.integration()),
          lines.bytes(),
          lines.length(),
          page.collectedAt(),
          world.now);
    }

    private void read(Turn turn) {
      while (turn.next()) {
        try {
          String body =
              world.graph.get(Objects.requireNonNull(turn.walk().link()), world.now, world.quiet);
          turn.answered();
          if (body == null) {
            if (world.random.nextBoolean()) {
              collector.failed(turn, "fault", "503", Duration.ZERO);
            } else {
              collector.tooWide(turn, "fault", "504");
            }
            return;
          }
          Page page =
              pages.cut(
                  turn.walk(),
                  PageBody.read(
                      new ByteArrayInputStream(body.getBytes(UTF_8)),
                      new PageMemory(1 << 20),
                      Duration.ofSeconds(5)));
          pages.setRepeatedApart(page);
          if (!world.quiet && world.random.nextInt(25) == 0) {
            collector.pageFailed(turn, "a route failed"); // an edited route throws
            return;
          }
          if (!world.quiet && world.random.nextInt(25) == 0) {
            continue; // an edited route drops the page silently
          }
          page.form(
              "vendor",
              turn.walk()
                  .feed()
                  .vendor()
                  .write(
                      page.batch(),
                      page.leaving(),
                      Contoso.INTEGRATION.tenantId(),
                      "contoso",
                      Instant.ofEpochMilli(page.collectedAt())));
          if (world.forms.contains("record")) {
            page.form("record", records(page));
          }
          pages.commit(page);
        } catch (PageConflict e) {
          collector.failed(turn, "conflict", String.valueOf(e.getMessage()), Duration.ZERO);
          return;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }

    /** A second form: the records as they are. */
    private static FormLines records(Page page) {
      FormLines.Writer lines = new FormLines.Writer(page.leaving().size(), 1_000);
      for (int i = 0; i < page.leaving().size(); i++) {
        byte[] record = page.batch().record(page.leaving().ordinal(i));
        lines.add(record, 0, record.length);
        lines.end(page.leaving().ordinal(i));
      }
      return lines.done();
    }

    /** Does what can be done at this moment. */
    void work() throws Exception {
      collector.tick("signIns");
      for (int i = 0; i < 200; i++) {
        while (!timed.isEmpty() && timed.peek().at <= world.now) {
          timed.remove().task.run();
        }
        Runnable task = tasks.poll();
        if (task == null) {
          break;
        }
        task.run();
      }
      world.untilFault = world.quiet || world.random.nextInt(3) > 0 ? 0 : world.steps();
      try {
        forwarder.forward(feedShard(), () -> world.random.nextInt(8) == 0);
        forwarder.finish(feedShard(), false);
      } catch (SinkException e) {
        // the sink goes on by itself, the next time
      } finally {
        world.untilFault = 0;
      }
    }

    int feedShard() {
      return Lease.shard(Contoso.INTEGRATION.tenantId(), Contoso.INTEGRATION.clientId());
    }

    void close() {
      store.close();
    }
  }

  private static final class World {
    private final Random random;
    private final Path directory;
    private final Graph graph;
    private final Compression compression;
    private final Set<String> forms;
    private long now = START;
    private long settleFrom;
    private boolean quiet;
    private int untilCrash;
    private int untilFault;
    private @Nullable JdbcStore opened;

    /** Where the state is; null for SQLite. */
    private final Postgres.@Nullable Database database;

    private final Map<String, Integer> crashedAt = new TreeMap<>();

    World(long seed, Path directory, Postgres.@Nullable Database database) {
      this.database = database;
      this.random = new Random(seed);
      this.directory = directory;
      this.graph = new Graph(random);
      Random style = new Random(seed * 31);
      this.compression = Compression.values()[style.nextInt(3)];
      this.forms = style.nextBoolean() ? Set.of("vendor") : Set.of("vendor", "record");
      this.untilCrash = 0;
    }

    /** A process's files are closed when it dies, also while it starts. */
    JdbcStore open(Steps steps) {
      if (opened != null) {
        opened.close();
      }
      opened =
          database == null
              ? JdbcStore.sqlite(directory.resolve("relay.db"), steps)
              : database.open(Duration.ofSeconds(60), steps);
      return opened;
    }

    int steps() {
      return 1 + random.nextInt(12);
    }

    void step(String step) {
      if (untilFault > 0 && --untilFault == 0) {
        throw new SinkException("the disk failed at " + step);
      }
      if (untilCrash > 0 && --untilCrash == 0) {
        crashedAt.merge(step, 1, Integer::sum);
        throw new Crash();
      }
    }
  }

  @Property(tries = 12)
  void everyRecordsFinalContentLeavesOnceWhateverIsStopped(@ForAll long seed) throws Exception {
    run(seed, 40, null);
  }

  @Test
  @Timeout(120)
  void theSameOnPostgres() throws Exception {
    long seed = Long.getLong("model.seed", System.nanoTime());
    System.out.println("CrashModelTest on PostgreSQL: -Dmodel.seed=" + seed);
    run(seed, Integer.getInteger("model.seconds", 20), Postgres.database());
  }

  @Test
  void everyStepOfACommitAndOfAFileIsStoppedAt() throws Exception {
    Set<String> all =
        Set.of(
            "commit.begin",
            "commit.lease",
            "commit.seen",
            "commit.outbox",
            "commit.coverage",
            "commit.before",
            "commit.after",
            "finish.noted",
            "files.renamed",
            "finish.participant",
            "finish.moved",
            "finish.trimmed");
    Set<String> stoppedAt = new HashSet<>();
    long to = Long.getLong("model.to", 0); // all seeds up to this one, for longer runs
    for (long seed = Long.getLong("model.from", 1);
        seed <= Math.max(to, 60) && (seed <= to || !stoppedAt.containsAll(all));
        seed++) {
      stoppedAt.addAll(run(seed, Integer.getInteger("model.seconds", 60), null));
    }
    assertThat(stoppedAt).isEqualTo(all);
  }

  private static Set<String> run(long seed, int seconds, Postgres.@Nullable Database database)
      throws Exception {
    Path directory = Files.createTempDirectory("model");
    World world = new World(seed, directory, database);
    for (int i = 0; i < 10; i++) {
      world.graph.add(world.now - world.random.nextInt(4_000));
    }
    Node node = new Node(world);
    try {
      for (int second = 0; second < seconds + 600; second++) {
        boolean quiet = second >= seconds;
        world.quiet = quiet;
        if (second == seconds) {
          world.untilCrash = 0;
          world.settleFrom = world.now + SCHEDULE.horizon().toMillis();
        }
        if (quiet
            && world.now - 3_000 > world.settleFrom // the last slice's last sweep is due by then
            && node.feed.missing(world.now - 3_000).isEmpty()) {
          break;
        }
        world.now += 300 + world.random.nextInt(900);
        for (int i = world.random.nextInt(4); i > 0 && !quiet; i--) {
          world.graph.add(world.now);
        }
        if (!quiet && world.untilCrash == 0 && world.random.nextInt(3) == 0) {
          world.untilCrash = 1 + world.random.nextInt(25);
        }
        try {
          node.work();
        } catch (Crash e) {
          world.untilCrash = world.random.nextInt(4) == 0 ? 1 + world.random.nextInt(5) : 0;
          node = restart(world);
        }
      }
      assertThat(node.feed.missing(world.now - 3_000))
          .as("seed %d: unread; %s; %s", seed, node.feed.problem(), node.feed.tally())
          .isEqualTo(Intervals.NONE);
      // the last go may have ended before all was handed on
      assertThat(node.forwarder.forward(node.feedShard(), () -> false)).isFalse();
      node.forwarder.finish(node.feedShard(), true);
      for (String form : world.forms) {
        check(world, form, seed);
      }
    } finally {
      node.close();
      delete(directory);
    }
    return world.crashedAt.keySet();
  }

  private static Node restart(World world) {
    while (true) {
      try {
        return new Node(world);
      } catch (Crash e) {
        world.untilCrash = 0; // also stopped while starting
      }
    }
  }

  private static void check(World world, String form, long seed) throws IOException {
    Map<String, List<String>> delivered = new HashMap<>();
    try (var files = Files.walk(world.directory.resolve("out").resolve(form))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        assertThat(file.toString()).endsWith(".ndjson" + world.compression.ending());
        String text = new String(FinishedFile.read(file), UTF_8);
        assertThat(text).endsWith("\n");
        for (String line : text.split("\n", -1)) {
          if (!line.isEmpty()) {
            JsonNode read = JSON.readTree(line);
            JsonNode record = form.equals("vendor") ? read.get("properties") : read;
            delivered
                .computeIfAbsent(record.get("id").asText(), id -> new ArrayList<>())
                .add(record.toString());
          }
        }
      }
    }
    for (Event event : world.graph.events) {
      List<String> got = delivered.getOrDefault(event.id, List.of());
      if (!event.contents.isEmpty()) {
        String last = event.contents.get(event.contents.size() - 1).json;
        assertThat(got).as("seed %d, %s: final content of %s", seed, form, event).contains(last);
      }
      assertThat(got).as("seed %d, %s: twice of %s", seed, form, event).doesNotHaveDuplicates();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
