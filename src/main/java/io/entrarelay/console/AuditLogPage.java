package io.entrarelay.console;

import io.entrarelay.state.AuditLog.Entry;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Who has changed what, the newest first. */
@Controller
class AuditLogPage {
  private static final int ROWS = 50;

  private final ConsoleParts parts;

  AuditLogPage(ConsoleParts parts) {
    this.parts = parts;
  }

  @GetMapping("/audit-log")
  String page(
      @RequestParam(name = "before", defaultValue = "" + Long.MAX_VALUE) long before, Model model) {
    List<Entry> entries = parts.auditLog().list(before, ROWS + 1);
    boolean more = entries.size() > ROWS;
    List<Entry> shown = more ? entries.subList(0, ROWS) : entries;
    model.addAttribute("entries", shown);
    model.addAttribute("older", more ? shown.get(ROWS - 1).id() : null);
    model.addAttribute("first", before == Long.MAX_VALUE);
    model.addAttribute("words", new Words(parts.clock().millis()));
    return "audit-log";
  }
}
