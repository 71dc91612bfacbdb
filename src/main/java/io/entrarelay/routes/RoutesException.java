package io.entrarelay.routes;

import io.entrarelay.config.ReportedException;
import java.util.List;
import java.util.stream.Collectors;

/** The routes can't run as they are: one line a finding. */
public final class RoutesException extends ReportedException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  public RoutesException(List<Finding> findings) {
    super(
        BAD_CONFIGURATION,
        findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    this.findings = List.copyOf(findings);
  }

  public List<Finding> findings() {
    return findings;
  }
}
