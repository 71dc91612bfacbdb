package io.entrarelay.console;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.graph.ConsentException;
import io.entrarelay.state.StoredIntegration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Connects a tenant by the consent of its administrator to the shared application. */
@Controller
class ConsentPage {
  /** Where Microsoft's answers come, below the console's own address. */
  // not below /consent/, where each name of an integration is a page
  static final String CALLBACK = "/consented";

  private final ConsoleParts parts;
  private final Consents consents;

  ConsentPage(ConsoleParts parts) {
    this.parts = parts;
    this.consents = new Consents(parts);
  }

  /** The address that the application's registration must name, as this browser sees it. */
  private static URI callback(HttpServletRequest request) {
    return ServletUriComponentsBuilder.fromContextPath(request).path(CALLBACK).build().toUri();
  }

  @GetMapping("/add/consent")
  String form(HttpServletRequest request, Model model) {
    return show(ConsentForm.blank(), FormErrors.NONE, request, model);
  }

  @PostMapping("/add/consent")
  String add(
      HttpServletRequest request,
      HttpServletResponse response,
      Authentication someone,
      Model model) {
    ConsentForm form = ConsentForm.of(request);
    try {
      parts
          .changes()
          .awaitConsent(
              form.name(),
              form.displayName(),
              form.tenantId().isEmpty() ? null : form.tenantId(),
              form.reports(),
              Person.who(someone));
      return "redirect:/consent/" + form.name();
    } catch (ConfigurationException e) {
      response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
      return show(
          form, FormErrors.of(form.problems(e.problems()), ConsentForm.LABELS), request, model);
    }
  }

  private String show(
      ConsentForm form, FormErrors errors, HttpServletRequest request, Model model) {
    model.addAttribute("form", form);
    model.addAttribute("errors", errors);
    model.addAttribute("reports", parts.reports().values());
    model.addAttribute("shared", parts.changes().application());
    model.addAttribute("callback", callback(request));
    return "consent-new";
  }

  /** What comes next, and the way to Microsoft's page. */
  @GetMapping("/consent/{name}")
  String page(@PathVariable("name") String name, HttpServletRequest request, Model model) {
    StoredIntegration awaiting = consents.awaiting(name);
    model.addAttribute("awaiting", awaiting);
    model.addAttribute("name", name);
    model.addAttribute(
        "title",
        awaiting == null ? consents.connected(name).displayName() : awaiting.displayName());
    model.addAttribute(
        "tenantId", awaiting == null ? consents.connected(name).tenantId() : awaiting.tenantId());
    model.addAttribute(
        "permissions",
        parts
            .changes()
            .permissions(
                awaiting == null ? consents.connected(name).reports() : awaiting.reports()));
    model.addAttribute("callback", callback(request));
    model.addAttribute("words", new Words(parts.clock().millis()));
    return "consent";
  }

  /** Goes to Microsoft; a link, since a form's answer may not leave this console. */
  @GetMapping("/consent/{name}/start")
  ResponseEntity<Void> start(@PathVariable("name") String name, HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw Refusal.invalid("A consent is begun at the integration's own page.");
    }
    return ResponseEntity.status(HttpStatus.SEE_OTHER)
        .header("Cache-Control", "no-store")
        .location(consents.begin(request.getSession(), name, callback(request)))
        .build();
  }

  /** What Microsoft's pages answer, by the browser of who was sent there. */
  @GetMapping(CALLBACK)
  Object answer(
      @RequestParam Map<String, String> parameters,
      HttpServletRequest request,
      Authentication someone,
      RedirectAttributes next) {
    String who = Person.who(someone);
    @Nullable String name = Consents.underWay(request.getSession());
    try {
      Consents.Next after =
          consents.answer(request.getSession(), parameters, callback(request), who);
      if (after.microsoft() != null) {
        return ResponseEntity.status(HttpStatus.SEE_OTHER)
            .header("Cache-Control", "no-store")
            .location(after.microsoft())
            .build();
      }
      next.addFlashAttribute(
          "said", "The consent is there. It can take some minutes until Microsoft's servers know.");
      return "redirect:/integrations/" + after.name();
    } catch (ConsentException e) {
      parts.auditLog().write(who, "consent refused", String.valueOf(name), null, e.reason());
      next.addFlashAttribute("refused", "No consent: " + e.getMessage());
      return "redirect:/consent/" + name;
    } catch (Refusal e) {
      parts
          .auditLog()
          .write(who, "consent refused", name == null ? "unknown" : name, null, e.why());
      throw e;
    }
  }

  @PostMapping("/consent/{name}/remove")
  String remove(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes next) {
    consents.remove(name, Person.who(someone));
    next.addFlashAttribute("said", name + " is removed.");
    return "redirect:/integrations";
  }
}
