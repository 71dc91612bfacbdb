package io.entrarelay.console;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.Problem;
import io.entrarelay.onboard.IntegrationExport;
import io.entrarelay.state.StoredIntegration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * What tenant administrators change of an integration that is in no file: its name, its
 * certificate, whether it is there. And its file, as it could be declared, for all to see.
 */
@Controller
class IntegrationEditPage {
  /** What changes something. */
  static final String[] ACTIONS = {
    "/integrations/*/rename", "/integrations/*/certificate", "/integrations/*/remove"
  };

  private final IntegrationActions actions;
  private final IntegrationEdits edits;

  IntegrationEditPage(ConsoleParts parts) {
    this.actions = new IntegrationActions(parts);
    this.edits = new IntegrationEdits(parts);
  }

  /**
   * What its page says of an integration that is in no file.
   *
   * @param own whether it has a certificate of its own, and not that of the shared application
   */
  record Kept(boolean own, long addedAt, String addedBy) {
    static @Nullable Kept of(@Nullable StoredIntegration stored) {
      return stored == null
          ? null
          : new Kept(stored.certificate() != null, stored.addedAt(), stored.addedBy());
    }
  }

  /** What was filled in for another name, and what is wrong with it. */
  record Renaming(String name, String displayName, FormErrors errors) {
    static final Map<String, String> LABELS =
        labels("name", "Name", "display-name", "Name for people");

    static Renaming of(Integration integration) {
      return new Renaming(integration.name(), integration.displayName(), FormErrors.NONE);
    }
  }

  /**
   * Another certificate as it was filled in, and what is wrong with it.
   *
   * @param certificate PEM text that may be shown
   */
  record Rotation(String certificate, FormErrors errors) {
    static final Rotation NONE = new Rotation("", FormErrors.NONE);
    static final Map<String, String> LABELS =
        labels(PemPair.CERTIFICATE, "Certificate", PemPair.PRIVATE_KEY, "Private key");
  }

  private static Map<String, String> labels(String... names) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i += 2) {
      labels.put(names[i], names[i + 1]);
    }
    return labels;
  }

  @PostMapping("/integrations/{name}/rename")
  String rename(
      @PathVariable("name") String name,
      @RequestParam(name = "name", defaultValue = "") String newName,
      @RequestParam(name = "display-name", defaultValue = "") String displayName,
      Authentication someone,
      RedirectAttributes after) {
    String wanted = newName.strip();
    try {
      edits.rename(name, wanted, displayName.strip(), Person.who(someone));
    } catch (ConfigurationException e) {
      after.addFlashAttribute(
          "renaming",
          new Renaming(wanted, displayName, FormErrors.of(e.problems(), Renaming.LABELS)));
      return page(name);
    }
    after.addFlashAttribute("said", "It is renamed, and goes on where it was.");
    return page(wanted);
  }

  @PostMapping("/integrations/{name}/certificate")
  String rotate(
      @PathVariable("name") String name,
      @RequestParam(name = "certificate", defaultValue = "") String certificate,
      @RequestParam(name = "certificate-file", required = false)
          @Nullable MultipartFile certificateFile,
      @RequestParam(name = "private-key", defaultValue = "") String privateKey,
      @RequestParam(name = "private-key-file", required = false)
          @Nullable MultipartFile privateKeyFile,
      Authentication someone,
      RedirectAttributes after) {
    edits.demand(name);
    PemPair pair = PemPair.of(certificate, certificateFile, privateKey, privateKeyFile);
    List<Problem> problems = new ArrayList<>(pair.problems());
    if (problems.isEmpty()) {
      try {
        edits.rotate(name, pair.certificate(), pair.privateKey(), Person.who(someone));
        after.addFlashAttribute(
            "said",
            "The new certificate is used from now on. Compare its thumbprint with the one in"
                + " the app registration.");
        return page(name);
      } catch (ConfigurationException e) {
        problems.addAll(e.problems());
      }
    }
    after.addFlashAttribute(
        "rotation", new Rotation(pair.shown(), FormErrors.of(problems, Rotation.LABELS)));
    return page(name);
  }

  @PostMapping("/integrations/{name}/remove")
  String remove(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes after) {
    edits.remove(name, Person.who(someone));
    after.addFlashAttribute(
        "said", name + " is removed. What was delivered stays; added again, it goes on there.");
    return "redirect:/integrations";
  }

  /** The integration as a file could declare it, without any secret. */
  @GetMapping("/integrations/{name}/export")
  ResponseEntity<byte[]> export(@PathVariable("name") String name) {
    Integration integration = actions.named(name);
    return ResponseEntity.ok()
        .contentType(new MediaType(MediaType.APPLICATION_YAML, StandardCharsets.UTF_8))
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment().filename(name + ".yaml").build().toString())
        .body(new IntegrationExport(integration).yaml().getBytes(StandardCharsets.UTF_8));
  }

  private static String page(String name) {
    return "redirect:/integrations/" + name;
  }
}
