package io.entrarelay.console;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Problem;
import io.entrarelay.graph.Cloud;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * Adds a tenant: the ways in, and the one by a certificate. Not below {@code /integrations}, where
 * any name may be an integration's.
 */
@Controller
class IntegrationAddPage {
  private final ConsoleParts parts;
  private final IntegrationEdits edits;

  IntegrationAddPage(ConsoleParts parts) {
    this.parts = parts;
    this.edits = new IntegrationEdits(parts);
  }

  @GetMapping("/add")
  String ways(Model model) {
    model.addAttribute("shared", parts.changes().application() != null);
    return "add";
  }

  @GetMapping("/add/certificate")
  String form(Model model) {
    return show(IntegrationForm.blank(), FormErrors.NONE, model);
  }

  @PostMapping("/add/certificate")
  String add(
      @RequestParam(name = "certificate", defaultValue = "") String certificate,
      @RequestParam(name = "certificate-file", required = false)
          @Nullable MultipartFile certificateFile,
      @RequestParam(name = "private-key", defaultValue = "") String privateKey,
      @RequestParam(name = "private-key-file", required = false)
          @Nullable MultipartFile privateKeyFile,
      HttpServletRequest request,
      HttpServletResponse response,
      Authentication someone,
      Model model,
      RedirectAttributes after) {
    PemPair pair = PemPair.of(certificate, certificateFile, privateKey, privateKeyFile);
    IntegrationForm form = IntegrationForm.of(request, pair);
    List<Problem> problems;
    try {
      String added = edits.add(form.asked(pair), Person.who(someone)).name();
      after.addFlashAttribute("said", "It is added. The relay asks Entra for a token now.");
      return "redirect:/integrations/" + added;
    } catch (ConfigurationException e) {
      problems = form.problems(pair, e.problems());
    }
    response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
    return show(form, FormErrors.of(problems, IntegrationForm.LABELS), model);
  }

  private String show(IntegrationForm form, FormErrors errors, Model model) {
    List<String> clouds = new ArrayList<>(Cloud.names());
    clouds.add(Cloud.CUSTOM);
    model.addAttribute("form", form);
    model.addAttribute("errors", errors);
    model.addAttribute("clouds", clouds);
    model.addAttribute("reports", parts.reports().values());
    return "add-certificate";
  }
}
