package io.entrarelay.cli;

import io.entrarelay.credential.Credential;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.SelfSigned;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code certificate new}: a key, its self-signed certificate, and what to do with them. */
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a private key and its self-signed certificate.",
      "They are as those that openssl req -newkey rsa:2048 -nodes -x509 -days 365 makes."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:both files are written", "2:refused; nothing was overwritten"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  entra-relay certificate new contoso",
      "  entra-relay certificate new contoso --out next --days 730"
    })
final class CertificateNew implements Callable<Integer> {
  private static final Set<Integer> BITS = Set.of(2048, 3072, 4096);
  private static final int MOST_DAYS = 3650;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "the integration's name")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where key.pem and certificate.pem go (default: CONFIG/integrations/NAME)")
  private @Nullable Path out;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "365",
      description = "how long it is valid, 1 to 3650 (default: ${DEFAULT-VALUE})")
  private int days;

  @Option(
      names = "--bits",
      paramLabel = "N",
      defaultValue = "2048",
      description = "of the RSA key: 2048, 3072 or 4096 (default: ${DEFAULT-VALUE})")
  private int bits;

  @Option(
      names = "--subject",
      paramLabel = "CN",
      description = "the certificate's common name, at most 64 characters (default: NAME)")
  private @Nullable String subject;

  @Option(names = "--force", description = "replace files that are there already")
  private boolean force;

  @Option(names = "--json", description = "one JSON object")
  private boolean json;

  @Override
  public Integer call() {
    String commonName = subject == null ? name : subject;
    demand(
        name.matches(CredentialFiles.NAME),
        "NAME: an integration's name has 1 to 63 of a-z, 0-9 and -, as its file under"
            + " integrations has");
    demand(BITS.contains(bits), "--bits: Microsoft Entra takes 2048, 3072 or 4096");
    demand(days >= 1 && days <= MOST_DAYS, "--days: from 1 to " + MOST_DAYS);
    demand(
        !commonName.isBlank() && commonName.length() <= 64,
        "--subject: a common name has 1 to 64 characters");

    Path integrations = CredentialFiles.configDirectory(spec).resolve("integrations");
    Path folder = out == null ? integrations.resolve(name) : out;
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("certificate.pem");
    for (Path file : force ? new Path[0] : new Path[] {key, certificate}) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return refused(
            file
                + ": the file is there already, and nothing was written. Put the new pair elsewhere"
                + " with --out DIR, upload its certificate, then replace both files; or replace"
                + " them at once with --force.");
      }
    }
    Clock clock = Clock.systemUTC();
    Credential made = SelfSigned.make(bits, commonName, days, clock);
    try {
      Files.createDirectories(folder);
      PemWriter.write(key, made.privateKey());
      PemWriter.write(certificate, made.certificate());
    } catch (FileAlreadyExistsException inTheWay) {
      return refused(folder + ": this is a file, not a folder. Name another with --out DIR.");
    } catch (IOException failed) {
      return refused(
          folder
              + ": can't be written ("
              + failed.getClass().getSimpleName()
              + "). Check that the folder belongs to the user "
              + System.getProperty("user.name")
              + " and that its disk isn't full.");
    }
    CertificateFacts facts = CertificateFacts.of(made.certificate(), clock);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("ok", true);
      object.put("certificate", certificate.toString());
      object.put("privateKey", key.toString());
      object.putAll(facts.json());
      return Answer.json(spec, object);
    }
    return Answer.lines(spec, told(facts, certificate, key, integrations));
  }

  private String told(CertificateFacts facts, Path certificate, Path key, Path integrations) {
    return String.join(
        "\n",
        "Made " + key + "  (private: it stays on this machine)",
        "     " + certificate,
        "  thumbprint  " + facts.thumbprint() + "  (SHA-1, as the portal shows it)",
        "  SHA-256     " + facts.sha256(),
        "  expires     " + facts.until(),
        "",
        "Next:",
        "1. Upload certificate.pem to the app registration: portal.azure.com, Microsoft Entra ID,",
        "   App registrations, your app, Certificates & secrets, Certificates, Upload certificate.",
        "   Or with the az CLI:",
        "   az ad app credential reset --id CLIENT_ID --append --cert \"@" + certificate + "\"",
        "2. Name both files in " + integrations.resolve(name + ".yaml") + ":",
        "   credential:",
        "     certificate: " + named(integrations, certificate),
        "     private-key: " + named(integrations, key),
        "3. Try it: entra-relay check " + name);
  }

  /** A path as the integration's file would have it: relative to itself where it is below. */
  private static Path named(Path integrations, Path file) {
    Path base = integrations.toAbsolutePath().normalize();
    Path target = file.toAbsolutePath().normalize();
    return target.startsWith(base) ? base.relativize(target) : target;
  }

  private int refused(String message) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("ok", false);
      object.put("message", message);
      Answer.json(spec, object);
    } else {
      spec.commandLine().getErr().println(message);
    }
    return CertificateCommand.REFUSED;
  }

  private void demand(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
