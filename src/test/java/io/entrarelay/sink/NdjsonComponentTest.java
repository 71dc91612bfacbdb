package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.CapturedLog;
import io.entrarelay.record.FormLines;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the two ends of the sinks refuse in a route, and what they say of it. */
@Timeout(30)
class NdjsonComponentTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path root;

  @SuppressWarnings("NullAway.Init") // set before each test
  private JdbcStore store;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Outbox outbox;

  private final CamelContext camel = new DefaultCamelContext();

  @BeforeEach
  void start() {
    store = JdbcStore.sqlite(root.resolve("relay.db"), Steps.NONE);
    Map<Integer, Lease> leases = store.takeAll("test");
    outbox = new Outbox(store, () -> true, InstantSource.system(), Steps.NONE);
    leases.values().forEach(outbox::begin);
    camel.addComponent("outbox", new OutboxComponent(outbox));
    camel.addComponent(
        "ndjson", new NdjsonComponent(root, false, InstantSource.system(), Steps.NONE));
    camel.start();
  }

  @AfterEach
  void stop() throws Exception {
    camel.close();
    store.close();
  }

  private Exchange page(String sink) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.setVariable(
        OutboxComponent.DELIVERY, new Delivery(sink, new Lease(7, 1), Position.START));
    exchange.setVariable("form", "vendor");
    exchange.setVariable("report", "signIns");
    exchange.setVariable("integration", "contoso");
    exchange.setVariable("collectedAt", 1L);
    exchange.getMessage().setBody("{}\n".getBytes(UTF_8));
    return exchange;
  }

  private Exception failure(Exchange exchange) {
    camel.createProducerTemplate().send("ndjson:out", exchange);
    return exchange.getException();
  }

  @Test
  void eachEndGoesOneWay() {
    assertThatThrownBy(() -> camel.getEndpoint("ndjson:out").createConsumer(exchange -> {}))
        .hasMessage("ndjson: can only be written to");
    assertThatThrownBy(() -> camel.getEndpoint("outbox:files").createProducer())
        .hasMessage("outbox:files can only be read: pages get into it by the route flow.page");
  }

  @Test
  void onlyPagesOfTheOutboxAreWritten() {
    assertThat(failure(new DefaultExchange(camel)))
        .hasMessage("ndjson: writes pages that come from the outbox (kamelet outbox-source)");
  }

  @Test
  void twoSinksNeedNamesAndDirectoriesOfTheirOwn() throws Exception {
    SinkWorker first = outbox.start("files", Set.of("vendor"), false, (page, delivery) -> {});
    assertThatThrownBy(() -> outbox.start("files", Set.of("vendor"), false, (page, delivery) -> {}))
        .hasMessage("two routes read the outbox as sink files: give each a name of its own");
    outbox.stop(first);

    assertThat(failure(page("files"))).isNull();
    assertThat(failure(page("other")))
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "the sinks files and other both write to "
                + root.resolve("out")
                + ": give each a directory of its own");
  }

  @Test
  void aVariableThatARouteHasSetNeverLeavesTheDirectory() {
    Exchange exchange = page("files");
    exchange.setVariable("form", "../vendor");
    assertThat(failure(exchange))
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "the form ../vendor can't name a directory: set the variable form to letters, digits, -"
                + " and _, at most 63");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsSaid() throws Exception {
    Files.createDirectory(root.resolve("out"));
    Path file = Files.writeString(root.resolve("out/vendor"), "in the way");
    assertThat(failure(page("files")))
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "can't write under "
                + root.resolve("out")
                + ": java.nio.file.FileAlreadyExistsException: "
                + file
                + ". Check that its disk has room and that this user may write there");
  }

  @Test
  void aSinkThatWaitsSaysWhy() throws Exception {
    Path own = Files.createDirectory(root.resolve("own"));
    try (CapturedLog log = new CapturedLog(SinkWorker.class);
        OutboxPages pages = new OutboxPages(own, Steps.NONE)) {
      pages.add(7, "contoso", "one");
      SinkWorker worker =
          new SinkWorker(
              new Forwarder(
                  "files",
                  Set.of("vendor"),
                  lease -> {},
                  pages.store,
                  pages.leases,
                  (page, delivery) -> {
                    throw new SinkException("the disk is full");
                  },
                  InstantSource.system(),
                  Steps.NONE),
              InstantSource.system());
      worker.start();
      Awaitility.await().until(() -> worker.problem() != null);
      worker.stop();
      assertThat(log.lines())
          .containsExactly(
              "ERROR sink files waits and tries again, nothing is lost: the disk is full");
    }
  }

  @Test
  void aFilterBehindWhatChangesTheLinesIsNamed() throws Exception {
    FormLines.Writer writer = new FormLines.Writer(2, 10);
    for (String line : new String[] {"{}", "so: no"}) {
      byte[] bytes = line.getBytes(UTF_8);
      writer.add(bytes, 0, bytes.length);
      writer.end(0);
    }
    LinesFilter filter = new LinesFilter();
    assertThatThrownBy(() -> filter.filter(writer.done(), page("files")))
        .hasMessage("page-filter-action needs the parameter keep");
    filter.setKeep("true");
    FormLines lines = writer.done();
    assertThatThrownBy(() -> filter.filter(lines, page("files")))
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "page-filter-action: line 2 of a page is no JSON: put it before what changes the"
                + " lines")
        .hasNoCause();
  }

  @Test
  void theOtherStepsOfASinkNameThemselves() {
    assertThatThrownBy(() -> new LinesFilter().setKeep(".id =="))
        .hasMessageStartingWith("page-filter-action, parameter keep");

    FormLines.Writer writer = new FormLines.Writer(1, 10);
    byte[] line = "{\"secret\":".getBytes(UTF_8);
    writer.add(line, 0, line.length);
    writer.end(0);
    FormLines lines = writer.done();
    LinesWithoutProperty step = new LinesWithoutProperty();
    assertThatThrownBy(() -> step.remove(lines))
        .hasMessage("page-remove-property-action needs the parameter pointer");
    step.setPointer("/a");
    assertThatThrownBy(() -> step.remove(lines))
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "page-remove-property-action: line 1 of the page is not JSON (JsonEOFException)");
  }
}
