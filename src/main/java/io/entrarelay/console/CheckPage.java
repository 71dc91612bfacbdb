package io.entrarelay.console;

import io.entrarelay.config.Integration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The part of an integration's page that checks it. */
@Controller
class CheckPage {
  private final ConsoleParts parts;
  private final IntegrationActions integrations;
  private final CheckActions checks;

  CheckPage(ConsoleParts parts, CheckActions checks) {
    this.parts = parts;
    this.integrations = new IntegrationActions(parts);
    this.checks = checks;
  }

  /** What is known so far, for htmx. */
  @GetMapping("/integrations/{name}/check")
  String lines(
      @PathVariable("name") String name,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
      Model model) {
    Integration integration = integrations.named(name);
    if (htmx == null) {
      return "redirect:/integrations/" + integration.name() + "#check";
    }
    model.addAttribute("integration", integration);
    model.addAttribute("check", checks.last(name));
    model.addAttribute("words", new Words(parts.clock().millis()));
    return "integration-check :: check";
  }

  @PostMapping("/integrations/{name}/check")
  String check(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes after) {
    try {
      checks.start(name, Person.who(someone));
    } catch (Refusal e) {
      if (e.status() != HttpStatus.BAD_REQUEST) {
        throw e;
      }
      after.addFlashAttribute("refused", e.why());
    }
    return "redirect:/integrations/" + name + "#check";
  }
}
