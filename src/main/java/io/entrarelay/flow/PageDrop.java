package io.entrarelay.flow;

import io.entrarelay.collect.Books.Fate;
import io.entrarelay.collect.Page;
import io.entrarelay.mapping.Condition;
import io.entrarelay.mapping.JsltFault;
import io.entrarelay.record.Selection;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The bean of the kamelet {@code page-drop-action}: drops records by name before their forms. */
public final class PageDrop {
  private @Nullable Condition when;
  private String text = "";
  private String reason = "";

  /** A JSLT condition on Graph's record. */
  public void setWhen(String condition) throws JsltFault {
    text = condition;
    when = Condition.compile("page-drop-action, parameter when", condition);
  }

  public String getWhen() {
    return text;
  }

  /** What the drop is counted under. */
  public void setReason(String reason) {
    this.reason = reason;
  }

  public String getReason() {
    return reason;
  }

  /**
   * Drops the new records of the page that match.
   *
   * @throws IllegalArgumentException where the condition can't be told for a record: the page fails
   */
  public void drop(Exchange exchange) {
    Page page = PollSteps.page(exchange);
    Condition condition = Objects.requireNonNull(when, "page-drop-action needs the parameter when");
    if (page.taken().size() == 0 && page.books().count(Fate.REPEATED) < page.batch().size()) {
      throw new IllegalStateException(
          "page-drop-action stands before the repeated are set apart: put it into flow.forms,"
              + " before the forms are written");
    }
    Selection leaving = page.leaving();
    for (int i = 0; i < leaving.size(); i++) {
      int ordinal = leaving.ordinal(i);
      boolean drop;
      try {
        drop =
            condition.holds(
                Forms.tree(page.batch(), ordinal), Forms.variables(page, leaving.revision(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the condition of page-drop-action, " + text + ": " + e.getMessage(), e);
      }
      if (drop) {
        page.drop(ordinal, reason);
      }
    }
  }
}
