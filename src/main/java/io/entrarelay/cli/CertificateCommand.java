package io.entrarelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code certificate}: what an integration proves itself with. */
@Command(
    name = "certificate",
    mixinStandardHelpOptions = true,
    description = "Makes, shows and checks the key and certificate of an integration.",
    subcommands = {CertificateNew.class, CertificateShow.class, CertificateCheck.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  entra-relay certificate new contoso",
      "  entra-relay certificate show contoso",
      "  entra-relay certificate check certificate.pem key.pem"
    })
public final class CertificateCommand implements Runnable {
  /** Done. */
  static final int OK = 0;

  /** Refused, or the input can't be used. */
  static final int REFUSED = 2;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say which: certificate new, show or check.");
  }
}
