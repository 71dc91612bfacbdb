package io.entrarelay.console;

import io.entrarelay.state.AuditLog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who has changed what. */
@RestController
class AuditLogApi {
  private final ConsoleParts parts;

  AuditLogApi(ConsoleParts parts) {
    this.parts = parts;
  }

  /** One change, or one sign-in. */
  @Schema(name = "AuditLogEntry")
  record Entry(
      long id,
      Instant at,
      @Schema(description = "the user, or the command and the operating system's user") String who,
      @Schema(description = "what was done", example = "integration added") String what,
      @Schema(description = "what was changed; of a sign-in, the address") String target,
      @Schema(description = "what it was before") @Nullable String was,
      @Schema(description = "what it is now") @Nullable String becomes) {}

  /** Some of it. */
  @Schema(name = "AuditLog")
  record Entries(
      List<Entry> entries,
      @Schema(description = "what to give as before for older entries; absent where there are none")
          @Nullable Long before) {}

  @GetMapping(ApiRules.BASE + "/audit-log")
  @Operation(summary = "Who has changed what, the newest first.")
  Entries auditLog(
      @Parameter(description = "only entries with lower ids")
          @RequestParam(name = "before", required = false)
          @Nullable Long before,
      @Parameter(description = "so many at most, 1 to 200")
          @RequestParam(name = "size", defaultValue = "50")
          int size) {
    Paging.size(size);
    List<AuditLog.Entry> found =
        parts.auditLog().list(before == null ? Long.MAX_VALUE : before, size + 1);
    boolean more = found.size() > size;
    List<AuditLog.Entry> shown = more ? found.subList(0, size) : found;
    return new Entries(
        shown.stream()
            .map(
                entry ->
                    new Entry(
                        entry.id(),
                        Instant.ofEpochMilli(entry.at()),
                        entry.who(),
                        entry.what(),
                        entry.target(),
                        entry.was(),
                        entry.becomes()))
            .toList(),
        more ? shown.get(size - 1).id() : null);
  }
}
