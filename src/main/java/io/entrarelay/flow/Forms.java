package io.entrarelay.flow;

import io.entrarelay.collect.Feed;
import io.entrarelay.collect.Page;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;

/** The bean {@code forms}: gives the records of a page that are new their forms. */
public final class Forms {
  private final List<String> names;

  public Forms(List<String> names) {
    this.names = List.copyOf(names);
  }

  public void write(Exchange exchange) {
    Page page = PollSteps.page(exchange);
    Feed feed = page.walk().feed();
    Instant collectedAt = Instant.ofEpochMilli(page.collectedAt());
    for (String name : names) {
      page.forms()
          .put(
              name,
              feed.vendor()
                  .write(
                      page.batch(),
                      page.leaving(),
                      feed.integration().tenantId(),
                      feed.integration().name(),
                      collectedAt));
    }
  }
}
