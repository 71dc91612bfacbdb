package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.SelfSigned;
import io.entrarelay.credential.Thumbprint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code certificate new}, {@code show} and {@code check}, as typed behind the outer command. */
class CertificateCommandTest {
  private static final Credential MADE = SelfSigned.make(2048, "contoso", 365, Clock.systemUTC());

  private final Path config;
  private final Path integrations;
  private final Path contoso;

  CertificateCommandTest(@TempDir Path folder) {
    this.config = folder.resolve("config");
    this.integrations = config.resolve("integrations");
    this.contoso = integrations.resolve("contoso");
  }

  /** Stands for the outer command, which gives every command its --config. */
  @Command(name = "entra-relay", subcommands = CertificateCommand.class)
  private static final class Outer implements Runnable {
    @SuppressWarnings("UnusedVariable") // picocli holds the value there
    @Option(names = "--config", scope = ScopeType.INHERIT, defaultValue = "config")
    private @Nullable Path config;

    @Override
    public void run() {}
  }

  private record Said(int exitCode, String out, String err) {}

  private Said say(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--config";
    all[words.length + 1] = config.toString();
    int exitCode =
        new CommandLine(new Outer())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all);
    return new Said(exitCode, out.toString(), err.toString());
  }

  private void writeMade() throws IOException {
    Files.createDirectories(contoso);
    PemWriter.write(contoso.resolve("key.pem"), MADE.privateKey());
    PemWriter.write(contoso.resolve("certificate.pem"), MADE.certificate());
  }

  @Test
  void newMakesAPairThatIsTakenAndSaysWhatToDo() throws Exception {
    Said said = say("certificate", "new", "contoso");

    Path key = contoso.resolve("key.pem");
    Path pem = contoso.resolve("certificate.pem");
    CredentialReader.Loaded loaded = new CredentialReader(Clock.systemUTC()).read(pem, key);
    X509Certificate certificate = loaded.credential().certificate();
    Instant last = certificate.getNotAfter().toInstant();
    assertThat(said.err()).isEmpty();
    assertThat(said.exitCode()).isZero();
    assertThat(loaded.notes()).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=contoso");
    assertThat(loaded.credential().privateKey().getModulus().bitLength()).isEqualTo(2048);
    assertThat(Duration.between(Instant.now(), last))
        .isBetween(Duration.ofDays(364), Duration.ofDays(365));
    assertThat(said.out().lines())
        .containsExactly(
            "Made " + key + "  (private: it stays on this machine)",
            "     " + pem,
            "  thumbprint  " + Thumbprint.sha1(certificate) + "  (SHA-1, as the portal shows it)",
            "  SHA-256     " + Thumbprint.sha256(certificate),
            "  expires     "
                + last.toString().substring(0, 16).replace('T', ' ')
                + " UTC (364 days left)",
            "",
            "Next:",
            "1. Upload certificate.pem to the app registration: portal.azure.com, Microsoft Entra ID,",
            "   App registrations, your app, Certificates & secrets, Certificates, Upload certificate.",
            "   Or with the az CLI:",
            "   az ad app credential reset --id CLIENT_ID --append --cert \"@" + pem + "\"",
            "2. Name both files in " + integrations.resolve("contoso.yaml") + ":",
            "   credential:",
            "     certificate: contoso/certificate.pem",
            "     private-key: contoso/key.pem",
            "3. Try it: entra-relay check contoso");
    assertThat(Thumbprint.sha1(certificate)).matches("[0-9A-F]{40}");
    try (var left = Files.list(contoso)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .as("no temporary file stays")
          .containsExactlyInAnyOrder("key.pem", "certificate.pem");
    }
    assertThat(Security.getProvider("BC")).as("no provider is registered").isNull();
  }

  @Test
  void newTakesItsOptions() throws Exception {
    Path out = config.resolve("next");
    Said said =
        say(
            "certificate",
            "new",
            "contoso",
            "--out",
            out.toString(),
            "--bits",
            "3072",
            "--days",
            "30",
            "--subject",
            "Contoso, Ltd",
            "--json");

    JsonNode json = new ObjectMapper().readTree(said.out());
    assertThat(said.exitCode()).isZero();
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("privateKey").asText()).isEqualTo(out.resolve("key.pem").toString());
    assertThat(json.get("certificate").asText())
        .isEqualTo(out.resolve("certificate.pem").toString());
    assertThat(json.get("subject").asText()).isEqualTo("CN=Contoso\\, Ltd");
    assertThat(json.get("key").asText()).isEqualTo("RSA 3072");
    assertThat(json.get("daysLeft").asInt()).isEqualTo(29);
    assertThat(json.get("thumbprint").asText())
        .isEqualTo(
            Thumbprint.sha1(CredentialReader.certificates(out.resolve("certificate.pem")).get(0)));
    assertThat(contoso).doesNotExist();
  }

  @Test
  void newOverwritesOnlyByForce() throws Exception {
    Files.createDirectories(contoso);
    Path key = Files.writeString(contoso.resolve("key.pem"), "precious");

    Said said = say("certificate", "new", "contoso");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err().strip())
        .isEqualTo(
            key
                + ": the file is there already, and nothing was written. Put the new pair elsewhere"
                + " with --out DIR, upload its certificate, then replace both files; or replace"
                + " them at once with --force.");
    assertThat(key).hasContent("precious");
    assertThat(contoso.resolve("certificate.pem")).doesNotExist();
    JsonNode json =
        new ObjectMapper().readTree(say("certificate", "new", "contoso", "--json").out());
    assertThat(json.get("ok").asBoolean()).isFalse();
    assertThat(json.get("message").asText()).isEqualTo(said.err().strip());

    assertThat(say("certificate", "new", "contoso", "--force").exitCode()).isZero();
    assertThat(say("certificate", "check", "contoso").exitCode()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  @Test
  void newRefusesWhatCannotBe() throws Exception {
    assertThat(refusal("certificate", "new", "Contoso"))
        .isEqualTo(
            "NAME: an integration's name has 1 to 63 of a-z, 0-9 and -, as its file under"
                + " integrations has");
    assertThat(refusal("certificate", "new", "contoso", "--bits", "1024"))
        .isEqualTo("--bits: Microsoft Entra takes 2048, 3072 or 4096");
    assertThat(refusal("certificate", "new", "contoso", "--days", "0"))
        .isEqualTo("--days: from 1 to 3650");
    assertThat(refusal("certificate", "new", "contoso", "--days", "3651"))
        .isEqualTo("--days: from 1 to 3650");
    assertThat(refusal("certificate", "new", "contoso", "--subject", "x".repeat(65)))
        .isEqualTo("--subject: a common name has 1 to 64 characters");
    assertThat(refusal("certificate", "new", "contoso", "--subject", " "))
        .isEqualTo("--subject: a common name has 1 to 64 characters");
    assertThat(refusal("certificate")).isEqualTo("Say which: certificate new, show or check.");
    assertThat(config).as("nothing is written").doesNotExist();

    Files.createDirectories(integrations);
    Files.writeString(contoso, "a file");
    assertThat(refusal("certificate", "new", "contoso"))
        .isEqualTo(contoso + ": this is a file, not a folder. Name another with --out DIR.");
    assertThat(refusal("certificate", "new", "contoso", "--out", "/proc/nowhere"))
        .startsWith("/proc/nowhere: can't be written (")
        .endsWith("that its disk isn't full.");
  }

  @Test
  void showTellsEveryCertificateOfAFile() throws Exception {
    Credential old =
        SelfSigned.make(
            2048, "old", 10, Clock.fixed(Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC));
    writeMade();
    Path chain = contoso.resolve("certificate.pem");
    Path older = config.resolve("older.pem");
    PemWriter.write(older, old.certificate());
    Files.writeString(chain, Files.readString(chain) + Files.readString(older));

    Said said = say("certificate", "show", "contoso");

    assertThat(said.exitCode()).isZero();
    String until = MADE.certificate().getNotAfter().toInstant().toString();
    assertThat(said.out().lines())
        .startsWith(chain.toString(), "  subject     CN=contoso", "  issuer      CN=contoso")
        .contains(
            "  key         RSA 2048",
            "  signature   SHA256withRSA",
            "  thumbprint  "
                + Thumbprint.sha1(MADE.certificate())
                + "  (SHA-1, as the portal shows it)",
            "  SHA-256     " + Thumbprint.sha256(MADE.certificate()),
            "  subject     CN=old",
            "  valid       2019-12-31 23:55 UTC to 2020-01-11 00:00 UTC (expired)")
        .anyMatch(line -> line.matches("  serial      [0-9a-f]{40}"))
        .anyMatch(
            line ->
                line.startsWith("  valid")
                    && line.endsWith(
                        " to "
                            + until.substring(0, 16).replace('T', ' ')
                            + " UTC (364 days left)"));

    JsonNode json =
        new ObjectMapper().readTree(say("certificate", "show", chain.toString(), "--json").out());
    assertThat(json.get("file").asText()).isEqualTo(chain.toString());
    assertThat(json.get("certificates")).hasSize(2);
    JsonNode first = json.get("certificates").get(0);
    assertThat(List.copyOf(first.properties()).stream().map(java.util.Map.Entry::getKey))
        .containsExactly(
            "subject",
            "issuer",
            "serial",
            "notBefore",
            "notAfter",
            "daysLeft",
            "key",
            "signature",
            "thumbprint",
            "sha256");
    assertThat(first.get("notAfter").asText()).isEqualTo(until);
  }

  @Test
  void showRefusesWhatIsNoCertificate() throws Exception {
    writeMade();
    Path key = contoso.resolve("key.pem");
    assertThat(refusal("certificate", "show", key.toString()))
        .isEqualTo(
            "NO_CERT: "
                + key
                + ": the file holds no certificate, only: PRIVATE KEY. Name the file with the line"
                + " -----BEGIN CERTIFICATE----- as certificate.");
  }

  @Test
  void checkSaysOk() throws Exception {
    writeMade();
    Path key = contoso.resolve("key.pem");
    Path pem = contoso.resolve("certificate.pem");
    String ok =
        "ok: CN=contoso, RSA 2048, valid until "
            + MADE.certificate()
                .getNotAfter()
                .toInstant()
                .toString()
                .substring(0, 16)
                .replace('T', ' ')
            + " UTC (364 days left), thumbprint "
            + Thumbprint.sha1(MADE.certificate());

    assertThat(say("certificate", "check", "contoso"))
        .isEqualTo(new Said(0, ok + System.lineSeparator(), ""));
    assertThat(say("certificate", "check", pem.toString(), key.toString()).out().strip())
        .isEqualTo(ok);

    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    String note =
        key
            + ": mode 0644 lets others on this machine read the private key. Keep it to its owner"
            + " (a Kubernetes secret: defaultMode: 0400): chmod 600 "
            + key;
    assertThat(say("certificate", "check", "contoso").out().lines())
        .containsExactly(ok, "note: " + note);
    Said said = say("certificate", "check", "contoso", "--json");
    JsonNode json = new ObjectMapper().readTree(said.out());
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("notes").get(0).asText()).isEqualTo(note);
    assertThat(json.get("privateKey").asText()).isEqualTo(key.toString());
  }

  @Test
  void checkSaysTheRefusal() throws Exception {
    Path key = contoso.resolve("key.pem");
    String cause = "there is no such file";
    String remedy = "Correct the path, or make a new pair with: entra-relay certificate new NAME";

    Said said = say("certificate", "check", "contoso");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err().strip()).isEqualTo("NOT_FOUND: " + key + ": " + cause + ". " + remedy);

    Said asJson = say("certificate", "check", "contoso", "--json");
    JsonNode json = new ObjectMapper().readTree(asJson.out());
    assertThat(asJson.exitCode()).isEqualTo(2);
    assertThat(asJson.err()).isEmpty();
    assertThat(json)
        .isEqualTo(
            new ObjectMapper()
                .createObjectNode()
                .put("ok", false)
                .put("code", "NOT_FOUND")
                .put("file", key.toString())
                .put("cause", cause)
                .put("remedy", remedy));
  }

  @Test
  void aNameMeansTheFilesThatItsYamlNames() throws Exception {
    writeMade();
    Path other = Files.createDirectories(integrations.resolve("elsewhere"));
    Files.move(contoso.resolve("key.pem"), other.resolve("k.pem"));
    Files.writeString(
        integrations.resolve("contoso.yaml"), "credential:\n  private-key: elsewhere/k.pem\n");

    assertThat(say("certificate", "check", "contoso").err()).isEmpty();
    Files.writeString(integrations.resolve("contoso.yaml"), ": not: yaml: [");
    assertThat(say("certificate", "check", "contoso").err())
        .startsWith("NOT_FOUND: " + contoso.resolve("key.pem"));
    Files.writeString(integrations.resolve("contoso.yaml"), "credential: !!map x");
    assertThat(say("certificate", "check", "contoso").err())
        .startsWith("NOT_FOUND: " + contoso.resolve("key.pem"));
  }

  @Test
  void helpHasExamples() {
    for (String command : List.of("new", "show", "check")) {
      Said said = say("certificate", command, "--help");
      assertThat(said.exitCode()).isZero();
      assertThat(said.out())
          .contains("Examples:", "  entra-relay certificate " + command + " contoso");
    }
  }

  @Test
  void worksWithoutAnOuterCommand() throws Exception {
    writeMade();
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new CertificateCommand())
            .setOut(new PrintWriter(out))
            .execute("show", contoso.resolve("certificate.pem").toString());
    assertThat(exitCode).isZero();
    assertThat(out.toString()).contains("CN=contoso");
  }

  /** What is said first on standard error, with exit code 2. */
  private String refusal(String... words) {
    Said said = say(words);
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    return said.err().lines().findFirst().orElse("");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    Path folder = Path.of("/proc/none"); // also for root
    assumeTrue(Files.isDirectory(Path.of("/proc")));
    assertThat(refusal("certificate", "new", "contoso", "--out", folder.toString()))
        .matches(
            "/proc/none: can't be written \\(\\w+\\)\\. Check that the folder belongs to the user "
                + System.getProperty("user.name")
                + " and that its disk isn't full\\.");
  }
}
