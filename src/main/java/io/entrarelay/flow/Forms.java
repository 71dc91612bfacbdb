package io.entrarelay.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.collect.Feed;
import io.entrarelay.collect.Page;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.Mapping;
import io.entrarelay.mapping.MappingFailure;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Selection;
import io.entrarelay.state.DeadLetter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bean {@code forms}: gives the records of a page that are new their forms. Where only the
 * vendor form is wanted, no tree is built.
 */
public final class Forms {
  private static final Logger LOG = LoggerFactory.getLogger(Forms.class);

  private final boolean vendor;
  private final List<String> mapped;
  private final Mappings mappings;

  /**
   * @param names the forms of {@code relay.forms}
   */
  public Forms(List<String> names, Mappings mappings) {
    this.vendor = names.contains(Mappings.VENDOR);
    this.mapped = names.stream().filter(name -> !name.equals(Mappings.VENDOR)).toList();
    this.mappings = mappings;
  }

  /**
   * Writes the forms that there are of the report. A record that a mapping fails with is delivered
   * in the forms that could be made of it, and its original is kept with the reason; where there is
   * none, it is parked.
   */
  public void write(Exchange exchange) {
    Page page = PollSteps.page(exchange);
    String report = page.batch().report();
    List<String> own = mapped.stream().filter(form -> mappings.has(form, report)).toList();
    if (!own.isEmpty()) {
      map(page, own);
    }
    if (vendor) {
      Feed feed = page.walk().feed();
      page.form(
          Mappings.VENDOR,
          feed.vendor()
              .write(
                  page.batch(),
                  page.leaving(),
                  feed.integration().tenantId(),
                  feed.integration().name(),
                  Instant.ofEpochMilli(page.collectedAt())));
    }
  }

  /** One form of a page while it is made. */
  private record Made(String form, Mapping mapping, FormLines.Writer lines) {}

  private void map(Page page, List<String> own) {
    RecordBatch batch = page.batch();
    Selection leaving = page.leaving();
    List<Made> made = new ArrayList<>();
    for (String form : own) {
      Mapping mapping = mappings.of(form, batch.report());
      made.add(
          new Made(form, mapping, new FormLines.Writer(leaving.size(), leaving.size() * 2_000)));
    }
    MappingFailure first = null;
    int failed = 0;
    for (int i = 0; i < leaving.size(); i++) {
      int ordinal = leaving.ordinal(i);
      Map<String, JsonNode> variables = variables(page, leaving.revision(i));
      JsonNode record = tree(batch, ordinal);
      int forms = vendor ? 1 : 0;
      String stage = "";
      String reason = "";
      for (Made each : made) {
        try {
          byte[] document = each.mapping.map(record, variables);
          each.lines.add(document, 0, document.length);
          each.lines.end(ordinal);
          forms++;
        } catch (MappingFailure e) {
          failed++;
          first = first == null ? e : first;
          stage = DeadLetter.MAPPING + each.form;
          reason = e.reason();
          page.formFailed(ordinal, each.form, reason);
        }
      }
      if (forms == 0) {
        page.park(ordinal, stage, reason);
      }
    }
    made.forEach(each -> page.form(each.form, each.lines.done()));
    if (first != null) {
      LOG.warn(
          "{}: {} times {}; kept with the reason among the dead letters",
          page.walk().feed(),
          failed,
          first.getMessage());
    }
  }

  static Map<String, JsonNode> variables(Page page, int revision) {
    Feed feed = page.walk().feed();
    return Jslt.variables(
        feed.integration().name(),
        feed.report().getName(),
        feed.integration().tenantId(),
        Instant.ofEpochMilli(page.collectedAt()),
        revision);
  }

  static JsonNode tree(RecordBatch batch, int ordinal) {
    try {
      return Jslt.tree(batch.page(), batch.start(ordinal), batch.end(ordinal));
    } catch (IOException e) {
      // its cause may quote the record
      throw new IllegalStateException("a record that was cut can't be read again");
    }
  }
}
