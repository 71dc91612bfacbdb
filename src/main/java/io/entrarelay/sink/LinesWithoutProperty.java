package io.entrarelay.sink;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.PropertyRemoval;
import java.io.IOException;
import java.util.Objects;
import org.apache.camel.Body;
import org.jspecify.annotations.Nullable;

/**
 * The bean of the kamelet {@code page-remove-property-action}: the lines of a page without one
 * property, all other bytes as they are.
 */
public final class LinesWithoutProperty {
  private @Nullable PropertyRemoval removal;
  private String pointer = "";

  /** A JSON pointer from the line's root: {@code /properties/ipAddress}. */
  public void setPointer(String pointer) {
    this.pointer = pointer;
    removal = new PropertyRemoval(pointer);
  }

  public String getPointer() {
    return pointer;
  }

  /**
   * @throws SinkException where a line is no JSON: the page is given again
   */
  public FormLines remove(@Body FormLines lines) {
    PropertyRemoval of =
        Objects.requireNonNull(removal, "page-remove-property-action needs the parameter pointer");
    try {
      return of.from(lines);
    } catch (IOException e) {
      throw new SinkException("page-remove-property-action: " + e.getMessage(), e);
    }
  }
}
