package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSL writes is taken or refused rightly, and the commands of the remedies work. */
class CredentialOpensslTest {
  private static String key = "";
  private static String certificate = "";

  private final Path folder;
  private final CredentialReader reader = new CredentialReader(Clock.systemUTC());

  CredentialOpensslTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(folder.resolve("key.pem"), key);
    Files.writeString(folder.resolve("certificate.pem"), certificate);
  }

  @BeforeAll
  static void makeOnce(@TempDir Path folder) throws Exception {
    assumeTrue(
        run(folder, "openssl version | grep -q '^OpenSSL [3-9]'").exitCode() == 0,
        "there is no OpenSSL 3");
    must(
        folder,
        "openssl req -newkey rsa:2048 -nodes -x509 -days 365 -subj /CN=contoso -keyout key.pem -out"
            + " certificate.pem");
    key = Files.readString(folder.resolve("key.pem"));
    certificate = Files.readString(folder.resolve("certificate.pem"));
  }

  @Test
  void takesWhatReqWrites() throws Exception {
    taken("certificate.pem", "key.pem");
  }

  @Test
  void takesTheTraditionalKey() throws Exception {
    must(folder, "openssl rsa -in key.pem -traditional -out old.pem");
    assertThat(folder.resolve("old.pem")).content().startsWith("-----BEGIN RSA PRIVATE KEY-----");
    taken("certificate.pem", "old.pem");
  }

  @Test
  void takesATrustedCertificate() throws Exception {
    must(
        folder, "openssl x509 -in certificate.pem -addtrust clientAuth -trustout -out trusted.pem");
    assertThat(folder.resolve("trusted.pem")).content().contains("BEGIN TRUSTED CERTIFICATE");
    taken("trusted.pem", "key.pem");
  }

  @Test
  void theCommandForAnEncryptedKeyDecryptsIt() throws Exception {
    must(folder, "openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out 'my key.pem'");
    String command = command(refused(Refusal.ENCRYPTED_KEY, "certificate.pem", "my key.pem"));
    assertThat(run(folder, command + " -passin pass:wrong").exitCode()).isNotZero();
    must(folder, command + " -passin pass:secret");
    taken("certificate.pem", "my key.decrypted.pem");
    assertThat(
            reader
                .read(folder.resolve("certificate.pem"), folder.resolve("my key.decrypted.pem"))
                .notes())
        .as("OpenSSL keeps the new file to its owner")
        .isEmpty();
  }

  @Test
  void theCommandForAnEncryptedTraditionalKeyInOneFileDecryptsIt() throws Exception {
    must(
        folder,
        "openssl rsa -in key.pem -traditional -aes256 -passout pass:secret -out old.pem && cat"
            + " certificate.pem >> old.pem");
    assertThat(folder.resolve("old.pem")).content().contains("Proc-Type: 4,ENCRYPTED");
    must(
        folder,
        command(refused(Refusal.ENCRYPTED_KEY, "old.pem", "old.pem")) + " -passin pass:secret");
    taken("old.pem", "old.decrypted.pem");
  }

  @Test
  void theCommandForAStoreMakesOneFileOfBoth() throws Exception {
    must(
        folder,
        "openssl pkcs12 -export -in certificate.pem -inkey key.pem -name x -passout pass:secret -out"
            + " contoso.pfx");
    must(
        folder,
        command(refused(Refusal.PFX, "contoso.pfx", "contoso.pfx")) + " -passin pass:secret");
    assertThat(folder.resolve("contoso.converted.pem")).content().contains("Bag Attributes");
    taken("contoso.converted.pem", "contoso.converted.pem");
  }

  @Test
  void theCommandForAJavaStoreLeadsThere() throws Exception {
    must(
        folder,
        "openssl pkcs12 -export -in certificate.pem -inkey key.pem -name x -passout pass:changeit"
            + " -out c.p12");
    String keytool = "PATH=" + System.getProperty("java.home") + "/bin:$PATH; ";
    must(
        folder,
        keytool
            + "keytool -importkeystore -noprompt -srckeystore c.p12 -srcstorepass changeit"
            + " -destkeystore c.jks -deststoretype JKS -deststorepass changeit");
    must(
        folder,
        keytool
            + command(refused(Refusal.JKS, "c.jks", "c.jks"))
            + " -noprompt -srcstorepass changeit -deststorepass changeit");
    must(
        folder,
        command(refused(Refusal.PFX, "c.converted.p12", "c.converted.p12"))
            + " -passin pass:changeit");
    taken("c.converted.converted.pem", "c.converted.converted.pem");
  }

  @Test
  void theCommandsForDerMakePem() throws Exception {
    must(folder, "openssl x509 -in certificate.pem -outform DER -out c.cer");
    must(folder, "openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out k8.der");
    must(folder, "openssl rsa -in key.pem -traditional -outform DER -out k1.der");
    must(folder, command(refused(Refusal.DER_CERT, "c.cer", "key.pem")));
    must(folder, command(refused(Refusal.DER_KEY, "c.cer", "k8.der")));
    must(folder, command(refused(Refusal.DER_KEY, "c.cer", "k1.der")));
    taken("c.converted.pem", "k8.converted.pem");
    taken("c.converted.pem", "k1.converted.pem");
  }

  @Test
  void theCommandForABundleTakesItsCertificates() throws Exception {
    must(folder, "openssl crl2pkcs7 -nocrl -certfile certificate.pem -out text.p7b");
    must(folder, "openssl crl2pkcs7 -nocrl -certfile certificate.pem -outform DER -out binary.p7b");
    must(folder, command(refused(Refusal.PKCS7, "text.p7b", "key.pem")));
    must(folder, command(refused(Refusal.PKCS7, "binary.p7b", "key.pem")));
    taken("text.converted.pem", "key.pem");
    taken("binary.converted.pem", "key.pem");
  }

  @Test
  void theCommandForARequestSignsIt() throws Exception {
    must(folder, "openssl req -new -key key.pem -subj /CN=contoso -out r.csr");
    must(folder, "openssl req -in r.csr -outform DER -out r.der");
    for (String request : new String[] {"r.csr", "r.der"}) {
      must(folder, command(refused(Refusal.CSR, request, "key.pem")).replace("KEY.pem", "key.pem"));
      taken("r.certificate.pem", "key.pem");
      Files.delete(folder.resolve("r.certificate.pem"));
    }
  }

  @Test
  void theCommandForAnOpenSshKeyMakesPkcs8() throws Exception {
    assumeTrue(run(folder, "command -v ssh-keygen").exitCode() == 0, "ssh-keygen is not installed");
    must(folder, "ssh-keygen -q -t rsa -b 2048 -N '' -f id");
    must(folder, command(refused(Refusal.OPENSSH_KEY, "certificate.pem", "id")));
    must(folder, "openssl req -new -x509 -key id -subj /CN=ssh -out ssh.pem");
    taken("ssh.pem", "id");
  }

  @Test
  void refusesOtherKeys() throws Exception {
    must(folder, "openssl ecparam -genkey -name prime256v1 -out ec.pem");
    must(folder, "openssl pkcs8 -topk8 -nocrypt -in ec.pem -out ec8.pem");
    must(folder, "openssl genpkey -algorithm ed25519 -out ed.pem");
    must(folder, "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.pem");
    assertThat(folder.resolve("ec.pem")).content().contains("EC PARAMETERS");
    for (String other : new String[] {"ec.pem", "ec8.pem", "ed.pem", "pss.pem"}) {
      refused(Refusal.NOT_RSA, "certificate.pem", other);
    }
  }

  @Test
  void openSslVerifiesWhatWeMake() throws Exception {
    String odd = "Contoso, \"Ltd\" + Ünïcode = ok";
    Credential made = SelfSigned.make(2048, odd, 365, Clock.systemUTC());
    PemWriter.write(folder.resolve("k.pem"), made.privateKey());
    PemWriter.write(folder.resolve("c.pem"), made.certificate());

    taken("c.pem", "k.pem");
    assertThat(must(folder, "openssl rsa -check -noout -in k.pem 2>&1")).contains("RSA key ok");
    assertThat(must(folder, "openssl verify -CAfile c.pem c.pem")).contains("c.pem: OK");
    assertThat(must(folder, "openssl pkey -in k.pem -pubout"))
        .as("the public halves")
        .isEqualTo(must(folder, "openssl x509 -in c.pem -noout -pubkey"));
    assertThat(must(folder, "openssl pkey -in k.pem"))
        .as("PKCS#8, to the byte")
        .isEqualTo(Files.readString(folder.resolve("k.pem")));
    assertThat(must(folder, "openssl x509 -in c.pem"))
        .as("the certificate's PEM, to the byte")
        .isEqualTo(Files.readString(folder.resolve("c.pem")));
    assertThat(must(folder, "openssl x509 -in c.pem -noout -subject -nameopt utf8,sep_multiline"))
        .contains("CN=" + odd);
    assertThat(
            must(folder, "openssl x509 -in c.pem -noout -fingerprint -sha1")
                .replace(":", "")
                .strip())
        .endsWith("=" + Thumbprint.sha1(made.certificate()));
    assertThat(
            must(folder, "openssl x509 -in c.pem -noout -fingerprint -sha256")
                .replace(":", "")
                .strip())
        .endsWith("=" + Thumbprint.sha256(made.certificate()));
    assertThat(outline("c.pem")).isEqualTo(outline("certificate.pem"));
  }

  /** What {@code x509 -text} says, less numbers, names and times. */
  private String outline(String file) throws Exception {
    return must(
            folder,
            "openssl x509 -noout -text -certopt no_subject,no_issuer,no_validity -in " + file)
        .replaceAll("(?m)^ +([0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{0,2}\\n", "")
        .replaceAll("([0-9A-F]{2}:){19}[0-9A-F]{2}", "(20 bytes)");
  }

  private void taken(String certificateFile, String keyFile) throws Exception {
    Credential credential =
        reader.read(folder.resolve(certificateFile), folder.resolve(keyFile)).credential();
    assertThat(credential.privateKey().getModulus().bitLength()).isEqualTo(2048);
  }

  private CredentialException refused(Refusal code, String certificateFile, String keyFile) {
    CredentialException refused =
        catchThrowableOfType(
            CredentialException.class,
            () -> reader.read(folder.resolve(certificateFile), folder.resolve(keyFile)));
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(code);
    return refused;
  }

  /** The command that ends the message, as people would copy it. */
  private static String command(CredentialException refused) {
    String message = String.valueOf(refused.getMessage());
    return message.substring(message.lastIndexOf(": ") + 2);
  }

  private static String must(Path folder, String command) throws Exception {
    Ran ran = run(folder, command);
    assertThat(ran.exitCode()).as("%s%n%s", command, ran.error()).isZero();
    return ran.output();
  }

  private record Ran(int exitCode, String output, String error) {}

  private static Ran run(Path folder, String command) throws Exception {
    Path output = Files.createTempFile(folder, "ran", ".out");
    Path error = Files.createTempFile(folder, "ran", ".err");
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile())
            .redirectError(error.toFile())
            .start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("hangs: " + command);
    }
    return new Ran(
        process.exitValue(), Files.readString(output, UTF_8), Files.readString(error, UTF_8));
  }
}
