package io.entrarelay.mapping;

import io.entrarelay.config.ReportedException;
import java.util.List;

/** The mappings that the settings ask for can't be used: one line a fault. */
public final class MappingsException extends ReportedException {
  private static final long serialVersionUID = 1L;

  MappingsException(List<String> lines) {
    super(BAD_CONFIGURATION, String.join("\n", lines));
  }
}
