package io.entrarelay.cli;

import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code certificate check}: whether key and certificate would be taken, or why not. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Says whether a key and its certificate can be used, or what to do.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:they can be used", "2:they are refused"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  entra-relay certificate check contoso",
      "  entra-relay certificate check certificate.pem key.pem",
      "  entra-relay certificate check both.pem --json"
    })
final class CertificateCheck implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "1..2",
      paramLabel = "NAME|FILE",
      description =
          "an integration's name, or the certificate's PEM file and, if it is another, the key's")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<String> named;

  @Option(names = "--json", description = "one JSON object")
  private boolean json;

  @Override
  public Integer call() {
    CredentialFiles files = CredentialFiles.of(named, CredentialFiles.configDirectory(spec));
    CredentialReader.Loaded loaded;
    Clock clock = Clock.systemUTC();
    try {
      loaded = new CredentialReader(clock).read(files.certificate(), files.privateKey());
    } catch (CredentialException refused) {
      return Answer.refused(spec, refused, json);
    }
    CertificateFacts facts = CertificateFacts.of(loaded.credential().certificate(), clock);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("ok", true);
      object.put("certificate", files.certificate().toString());
      object.put("privateKey", files.privateKey().toString());
      object.put("notes", loaded.notes());
      object.putAll(facts.json());
      return Answer.json(spec, object);
    }
    StringBuilder lines =
        new StringBuilder("ok: ")
            .append(facts.subject())
            .append(", ")
            .append(facts.key())
            .append(", valid until ")
            .append(facts.until())
            .append(", thumbprint ")
            .append(facts.thumbprint());
    loaded.notes().forEach(note -> lines.append("\nnote: ").append(note));
    return Answer.lines(spec, lines.toString());
  }
}
