package io.entrarelay.cli;

import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import java.nio.file.Path;
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

/** {@code certificate show}: what a certificate says, valid or not. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a certificate: subject, validity, key, thumbprints.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  entra-relay certificate show contoso",
      "  entra-relay certificate show certificate.pem --json"
    })
final class CertificateShow implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "NAME|FILE", description = "an integration's name, or a PEM file")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String named;

  @Option(names = "--json", description = "one JSON object")
  private boolean json;

  @Override
  public Integer call() {
    Path file =
        CredentialFiles.of(List.of(named), CredentialFiles.configDirectory(spec)).certificate();
    List<CertificateFacts> certificates;
    try {
      certificates =
          CredentialReader.certificates(file).stream()
              .map(certificate -> CertificateFacts.of(certificate, Clock.systemUTC()))
              .toList();
    } catch (CredentialException refused) {
      return Answer.refused(spec, refused, json);
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", file.toString());
      object.put("certificates", certificates.stream().map(CertificateFacts::json).toList());
      return Answer.json(spec, object);
    }
    return Answer.lines(
        spec,
        file
            + "\n"
            + String.join("\n\n", certificates.stream().map(CertificateFacts::lines).toList()));
  }
}
