package io.entrarelay.onboard;

import io.entrarelay.config.Integration;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.CredentialSource.Sealed;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.graph.Cloud;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An integration as a file of its own can declare it, wherever it is kept. Its private key is never
 * given out: the file says in its head which one belongs beside it.
 */
public record IntegrationExport(Integration integration) {
  private static final String CERTIFICATE = "certificate.pem";
  private static final String PRIVATE_KEY = "key.pem";
  private static final String AUTHORITIES = "ca.pem";

  /**
   * What {@code NAME.yaml} holds; the files that it names are in a folder {@code NAME} beside it.
   */
  public String yaml() {
    String name = integration.name();
    Path here = Path.of("").toAbsolutePath();
    Path folder = here.resolve(name);
    boolean custom = integration.cloud().name().equals(Cloud.CUSTOM);
    return head()
        + new IntegrationFile(
                integration.displayName(),
                integration.tenantId(),
                integration.clientId(),
                integration.cloud().name(),
                custom ? integration.cloud().authority().toString() : null,
                custom ? integration.cloud().graph().toString() : null,
                integration.caCertificate() == null ? null : folder.resolve(AUTHORITIES),
                folder.resolve(CERTIFICATE),
                folder.resolve(PRIVATE_KEY),
                integration.reports())
            .yaml(here);
  }

  private String head() {
    String name = integration.name();
    List<String> lines = new ArrayList<>();
    lines.add(name + ", as Entra Relay has it. To declare it, put into config/integrations:");
    lines.add("  " + name + ".yaml, which is this file");
    lines.add("  " + name + "/" + CERTIFICATE + ", its certificate" + thumbprint());
    if (integration.caCertificate() != null) {
      lines.add("  " + name + "/" + AUTHORITIES + ", the authorities that its hosts are of");
    }
    lines.add(
        "  " + name + "/" + PRIVATE_KEY + ", mode 0600, which is never exported: the key that");
    lines.add(
        "    belongs to the certificate; or make both anew, and upload the certificate to the");
    lines.add("    app registration: entra-relay certificate new " + name);
    lines.add("If the console has it, remove it there first. It goes on where it was.");
    return lines.stream().map(line -> "# " + line + "\n").collect(Collectors.joining());
  }

  private String thumbprint() {
    try {
      return certificates().stream()
          .map(each -> " (thumbprint " + Thumbprint.sha1(each) + ")")
          .findFirst()
          .orElse("");
    } catch (CredentialException e) {
      return "";
    }
  }

  /** Its certificates alone, also where their file holds the key as well. */
  private List<X509Certificate> certificates() throws CredentialException {
    return integration.credential() instanceof PemFiles files
        ? CredentialReader.certificates(files.certificate())
        : CredentialReader.certificates(((Sealed) integration.credential()).certificate());
  }

  /**
   * Writes {@code NAME.yaml}, and beside it what it names but the key. No file is written over.
   *
   * @return the files
   * @throws CredentialException where the certificate can't be read; then nothing is written
   */
  public List<Path> write(Path folder) throws IOException, CredentialException {
    String certificates = pem(certificates());
    Path ca = integration.caCertificate();
    String authorities = ca == null ? "" : pem(CredentialReader.certificates(ca));
    Path own = Files.createDirectories(folder.resolve(integration.name()));
    List<Path> written = new ArrayList<>();
    written.add(write(folder.resolve(integration.name() + ".yaml"), yaml()));
    written.add(write(own.resolve(CERTIFICATE), certificates));
    if (ca != null) {
      written.add(write(own.resolve(AUTHORITIES), authorities));
    }
    return written;
  }

  private static String pem(List<X509Certificate> certificates) {
    return certificates.stream().map(PemWriter::text).collect(Collectors.joining());
  }

  private static Path write(Path file, String text) throws IOException {
    return Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
  }
}
