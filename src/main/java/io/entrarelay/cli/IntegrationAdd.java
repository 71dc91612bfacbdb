package io.entrarelay.cli;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.graph.Cloud;
import io.entrarelay.onboard.IntegrationFile;
import io.entrarelay.onboard.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code integration add}: writes the file of a tenant with an application of its own. */
@Command(
    name = "add",
    description = {
      "Connect a tenant by an application of its own: its file is checked and written, and a relay"
          + " that runs begins at once.",
      "What is not given is asked for where a terminal is there. The certificate and its key come"
          + " from certificate new NAME, or are named."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the file is written", "2:refused; nothing was written"},
    footer = {
      "  entra-relay certificate new contoso",
      "  entra-relay integration add contoso --tenant-id 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01 --client-id c0ffee00-1111-4222-8333-944455556666",
      "  entra-relay check contoso"
    },
    footerHeading = "%nExamples:%n")
final class IntegrationAdd implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private IntegrationCommand parent;

  @Parameters(
      paramLabel = "NAME",
      description = "the integration's name: 1 to 63 of a-z, 0-9 and -")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(names = "--display-name", paramLabel = "TEXT", description = "as people call the tenant")
  private @Nullable String displayName;

  @Option(
      names = "--tenant-id",
      paramLabel = "GUID",
      description = "the Directory (tenant) ID of the app registration's overview page")
  private @Nullable String tenantId;

  @Option(
      names = "--client-id",
      paramLabel = "GUID",
      description = "the Application (client) ID of the app registration's overview page")
  private @Nullable String clientId;

  @Option(
      names = "--cloud",
      paramLabel = "NAME",
      description = "global, us-gov, us-gov-dod, china or custom; default: global")
  private @Nullable String cloud;

  @Option(
      names = "--authority",
      paramLabel = "URL",
      description = "with --cloud custom: the token endpoint's host")
  private @Nullable String authority;

  @Option(names = "--graph", paramLabel = "URL", description = "with --cloud custom: Graph's host")
  private @Nullable String graph;

  @Option(
      names = "--ca-certificate",
      paramLabel = "FILE",
      description =
          "with --cloud custom: PEM of the authority that both hosts' certificates are of")
  private @Nullable Path caCertificate;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "PEM of the certificate; default: CONFIG/integrations/NAME/certificate.pem")
  private @Nullable Path certificate;

  @Option(
      names = "--private-key",
      paramLabel = "FILE",
      description =
          "PEM of its key; default: the certificate's folder, key.pem, else the same file")
  private @Nullable Path privateKey;

  @Option(
      names = "--reports",
      split = ",",
      paramLabel = "NAME",
      description = "the reports to collect; default: signIns,directoryAudits")
  private List<String> reports = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    demand(
        name.matches(CredentialFiles.NAME),
        "NAME: an integration's name has 1 to 63 of a-z, 0-9 and -");
    Declared declared = Declared.of(parent.root());
    Path file = declared.folder().resolve(name + ".yaml");
    demand(
        !Files.exists(file),
        file
            + " is there already. Change it, or remove it first: entra-relay integration remove "
            + name);
    ask();
    Path pem =
        certificate == null
            ? declared.folder().resolve(name).resolve("certificate.pem")
            : certificate;
    Path key = privateKey == null ? key(pem) : privateKey;
    demand(
        Files.isRegularFile(pem),
        pem + " is missing. Make a certificate first: entra-relay certificate new " + name);
    IntegrationFile text =
        new IntegrationFile(
            displayName,
            given("--tenant-id", tenantId),
            given("--client-id", clientId),
            cloud == null ? "global" : cloud,
            authority,
            graph,
            caCertificate,
            pem,
            key,
            reports.isEmpty() ? List.of("signIns", "directoryAudits") : reports);
    Set<String> known = Sources.reports(parent.root().routes()).keySet();
    Integration integration;
    try {
      Files.createDirectories(declared.folder());
      integration =
          text.write(file, new IntegrationReader(known, false), read -> accept(declared, read));
    } catch (IOException e) {
      throw usage(
          file
              + ": can't be written ("
              + e.getClass().getSimpleName()
              + "). Check that its folder belongs to "
              + System.getProperty("user.name")
              + " and that its disk isn't full");
    }
    return done(file, integration);
  }

  /** Asks for what is needed and was not given, where someone can be asked. */
  private void ask() {
    if (!Question.isPossible()) {
      return;
    }
    if (tenantId == null) {
      tenantId = Question.text("Directory (tenant) ID");
    }
    if (clientId == null) {
      clientId = Question.text("Application (client) ID");
    }
    if (displayName == null) {
      displayName = Question.text("Name for people [" + name + "]");
    }
    if (cloud == null) {
      cloud = Question.text("Cloud: " + String.join(", ", Cloud.names()) + " [global]");
    }
    if (reports.isEmpty()) {
      String chosen = Question.text("Reports, by commas [signIns,directoryAudits]");
      reports = chosen == null ? List.of() : List.of(chosen.split("\\s*,\\s*"));
    }
  }

  private static Path key(Path certificate) {
    Path beside = certificate.resolveSibling("key.pem");
    return Files.isRegularFile(beside) ? beside : certificate;
  }

  private String given(String option, @Nullable String value) {
    if (value == null) {
      throw usage(option + " is missing. Copy it from the app registration's overview page");
    }
    return value;
  }

  /** What the file alone does not show: its twins, and whether certificate and key fit. */
  private static void accept(Declared declared, Integration read) {
    for (Integration other : declared.integrations()) {
      if (Declared.tenancy(other).equals(Declared.tenancy(read))) {
        throw new ConfigurationException(
            List.of(
                new Problem(
                    declared.folder().resolve(read.name() + ".yaml").toString(),
                    0,
                    "tenant-id, client-id",
                    "are those of " + other.name() + ", which is collected already",
                    "Change " + other.name() + ".yaml, or give this tenant's own")));
      }
    }
    try {
      new CredentialReader(Clock.systemUTC()).read(read.credential());
    } catch (CredentialException e) {
      throw new ConfigurationException(
          List.of(new Problem(e.path().toString(), 0, "", e.reason(), e.remedy())));
    }
  }

  private int done(Path file, Integration integration) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", file.toString());
      object.putAll(IntegrationJson.of(integration, null));
      return Answer.json(spec, object);
    }
    return Answer.lines(
        spec,
        "Wrote "
            + file
            + ". A relay that runs begins within a second.\nSee whether all is granted: entra-relay check "
            + name);
  }

  private void demand(boolean holds, String message) {
    if (!holds) {
      throw usage(message);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
