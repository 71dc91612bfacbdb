package io.entrarelay.console;

import io.entrarelay.config.DurationText;
import io.entrarelay.config.SizeText;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The sinks: what waits for each, and why; and one of them, which can send again. */
@Controller
class SinksPage {
  private final ConsoleParts parts;
  private final SinkActions actions;

  SinksPage(ConsoleParts parts) {
    this.parts = parts;
    this.actions = new SinkActions(parts);
  }

  /** The page, or what of it changes where htmx asks. */
  @GetMapping("/sinks")
  String page(
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx, Model model) {
    List<SinkActions.Sink> sinks = actions.sinks();
    SinkActions.Outbox outbox = actions.outbox(sinks);
    model.addAttribute("sinks", sinks);
    model.addAttribute("outbox", outbox);
    model.addAttribute("waiting", SizeText.rounded(outbox.bytes()));
    model.addAttribute("limit", SizeText.rounded(outbox.limit()));
    model.addAttribute("words", new Words(parts.clock().millis()));
    return htmx == null ? "sinks" : "sinks :: state";
  }

  /** One sink. */
  @GetMapping("/sinks/{name}")
  String sink(
      @PathVariable("name") String name,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
      Model model) {
    model.addAttribute("sink", actions.named(name));
    model.addAttribute("retention", DurationText.format(parts.settings().outbox().retention()));
    model.addAttribute("words", new Words(parts.clock().millis()));
    return htmx == null ? "sink" : "sink :: facts";
  }

  @PostMapping("/sinks/{name}/replay")
  String replay(
      @PathVariable("name") String name,
      @RequestParam(name = "from", defaultValue = "") String from,
      Authentication someone,
      RedirectAttributes after) {
    try {
      SinkActions.Replay replay = actions.replay(name, from, Person.who(someone));
      after.addFlashAttribute("said", said(replay));
    } catch (Refusal e) {
      if (e.status() != HttpStatus.BAD_REQUEST) {
        throw e;
      }
      after.addFlashAttribute("from", from);
      after.addFlashAttribute("refused", e.why());
    }
    after.addAttribute("name", name);
    return "redirect:/sinks/{name}";
  }

  private static String said(SinkActions.Replay replay) {
    String records =
        replay.records().entrySet().stream()
            .map(form -> form.getKey() + " " + Words.number(form.getValue()))
            .collect(Collectors.joining(", "));
    Instant retained = replay.retainedSince();
    return (replay.all() == 0
            ? "The outbox holds nothing that it has sent since then."
            : "It sends " + Words.number(replay.all()) + " records again: " + records + ".")
        + (retained == null
            ? ""
            : " Of what was collected before "
                + retained
                + " only a part may be there (relay.outbox.retention).");
  }
}
