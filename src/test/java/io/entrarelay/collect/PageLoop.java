package io.entrarelay.collect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageException;
import io.entrarelay.record.PageMemory;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/** What the route {@code flow.poll} does with the pages of a turn, without Camel. */
final class PageLoop {
  private final Pages pages;
  private final Function<Turn, String> graph;

  /**
   * @param graph gives the body of the page that the turn asks for
   */
  PageLoop(Pages pages, Function<Turn, String> graph) {
    this.pages = pages;
    this.graph = graph;
  }

  /** Takes page after page, while there are some. */
  void read(Turn turn) throws PageException {
    while (turn.next()) {
      try {
        byte[] body = graph.apply(turn).getBytes(UTF_8);
        turn.answered();
        Page page =
            pages.cut(
                turn.walk(),
                PageBody.read(
                    new ByteArrayInputStream(body),
                    new PageMemory(64 << 20),
                    Duration.ofSeconds(30)));
        pages.setRepeatedApart(page);
        Feed feed = turn.walk().feed();
        page.form(
            "vendor",
            feed.vendor()
                .write(
                    page.batch(),
                    page.leaving(),
                    feed.integration().tenantId(),
                    feed.integration().name(),
                    Instant.ofEpochMilli(page.collectedAt())));
        pages.commit(page);
      } catch (PageException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
