package io.entrarelay.console;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The form; Spring Security takes what it sends. */
@Controller
class SignInPage {
  private final ConsoleParts parts;

  SignInPage(ConsoleParts parts) {
    this.parts = parts;
  }

  @GetMapping("/sign-in")
  String form(
      @RequestParam(name = Next.PARAMETER, required = false) @Nullable String next,
      @RequestParam(name = "wait", required = false) @Nullable String wait,
      @RequestParam(name = "failed", required = false) @Nullable String failed,
      @RequestParam(name = "signed-out", required = false) @Nullable String signedOut,
      @RequestParam(name = "no-role", required = false) @Nullable String noRole,
      @RequestParam(name = "provider-failed", required = false) @Nullable String providerFailed,
      @Nullable Authentication someone,
      Model model) {
    if (Person.may(someone, Role.VIEWER)) {
      return "redirect:" + Next.of(next);
    }
    model.addAttribute("next", Next.of(next));
    model.addAttribute("failed", failed != null);
    model.addAttribute("signedOut", signedOut != null);
    model.addAttribute("wait", wait != null && wait.matches("\\d{1,4}") ? wait : null);
    RelaySettings.Oidc oidc = parts.console().oidc();
    model.addAttribute("provider", oidc == null ? null : OidcSignIn.title(oidc));
    model.addAttribute("noRole", noRole != null);
    model.addAttribute("providerFailed", providerFailed != null);
    return "sign-in";
  }

  @GetMapping("/")
  String home() {
    return "redirect:" + Next.HOME;
  }
}
