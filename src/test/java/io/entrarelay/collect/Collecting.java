package io.entrarelay.collect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.collect.Collector.Reading;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.Contoso;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.Report;
import io.entrarelay.record.Reports;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A collector of one report whose turns a test takes step by step, on a page of two records. */
public final class Collecting implements AutoCloseable {
  private static final String PAGE =
      """
      {"value":[{"id":"a","createdDateTime":"2026-11-22T11:59:30Z"},
                {"id":"b","createdDateTime":"2026-11-22T11:59:31Z"}]}
      """;

  private final JdbcStore store;
  private final Pages pages;
  private final Collector collector;
  private final Feed feed;
  private final List<Runnable> tasks = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");
  private Reading reading = turn -> {};

  public Collecting(Path directory) {
    this(directory, Reports.signIns());
  }

  Collecting(Path directory, Report report) {
    store = JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
    pages = new Pages(store, new SeenMinutes(store, 1 << 20), () -> now, true, shard -> {});
    collector =
        new Collector(
            store,
            pages,
            new Budget(null, false, () -> 0, (at, task) -> {}),
            new Schedule(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                List.of(Duration.ZERO),
                Duration.ofDays(30)),
            Duration.ofMinutes(1),
            Scope.RUN,
            tasks::add,
            (delay, task) -> {},
            () -> now,
            turn -> reading.read(turn),
            () -> true);
    feed = collector.add(Contoso.INTEGRATION, report, ContosoLease.of(store));
  }

  /** One turn at the report. */
  public void read(Reading steps) {
    List<Turn> turns = new ArrayList<>();
    reading =
        turn -> {
          turns.add(turn);
          steps.read(turn);
        };
    collector.tick(feed.report().getName());
    tasks.remove(0).run();
    assertThat(turns).hasSize(1);
  }

  /** The turn's next page, cut into its records. */
  public Page cut(Turn turn) {
    try {
      return pages.cut(
          turn.walk(),
          PageBody.read(
              new ByteArrayInputStream(PAGE.getBytes(UTF_8)),
              new PageMemory(64 << 20),
              Duration.ofSeconds(30)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  FormLines vendor(Page page) {
    return feed.vendor()
        .write(
            page.batch(),
            page.leaving(),
            Contoso.INTEGRATION.tenantId(),
            Contoso.INTEGRATION.name(),
            now);
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  Instant now() {
    return now;
  }

  JdbcStore store() {
    return store;
  }

  public Pages pages() {
    return pages;
  }

  Collector collector() {
    return collector;
  }

  Feed feed() {
    return feed;
  }

  @Override
  public void close() {
    store.close();
  }
}
