package io.entrarelay.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  private static final String TEXT = "-----BEGIN PRIVATE KEY-----\nä\n";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  private Path directory;

  @Test
  void whatIsSealedOpensUnderTheSameFile() throws Exception {
    Path file = directory.resolve("secrets.key");
    String sealed = Secrets.ofOwn(file).seal(TEXT, "contoso");
    assertThat(sealed).doesNotContain("PRIVATE");
    assertThat(Secrets.of(file).open(sealed, "contoso")).isEqualTo(TEXT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void theSameTextIsSealedOtherwiseEachTime() throws Exception {
    Secrets secrets = Secrets.ofOwn(directory.resolve("secrets.key"));
    assertThat(secrets.seal(TEXT, "contoso")).isNotEqualTo(secrets.seal(TEXT, "contoso"));
  }

  @Test
  void itOpensForNoOtherOwnerKeyOrText() throws Exception {
    Secrets secrets = Secrets.ofOwn(directory.resolve("secrets.key"));
    String sealed = secrets.seal(TEXT, "contoso");
    refused(secrets, sealed, "fabrikam");
    refused(other("other.key"), sealed, "contoso");
    byte[] bytes = Base64.getDecoder().decode(sealed.substring(3));
    bytes[20] ^= 1;
    refused(secrets, "v1:" + Base64.getEncoder().encodeToString(bytes), "contoso");
    refused(secrets, "v1:", "contoso");
    refused(secrets, "v1:%%%", "contoso");
    refused(secrets, "", "contoso");
  }

  private Secrets other(String name) throws CredentialException {
    Secrets other = Secrets.ofOwn(directory.resolve(name));
    other.seal(TEXT, "anyone");
    return other;
  }

  private static void refused(Secrets secrets, String sealed, String owner) {
    assertThatThrownBy(() -> secrets.open(sealed, owner))
        .isInstanceOf(CredentialException.class)
        .hasMessageContaining("encrypted under another key")
        .hasMessageContaining("rotate the integration's certificate");
  }

  @Test
  void aFileThatIsMissingOrNoKeyIsNamedWithTheCommandThatMakesOne() throws Exception {
    Path missing = directory.resolve("none.key");
    assertThatThrownBy(() -> Secrets.of(missing).seal(TEXT, "contoso"))
        .isInstanceOf(CredentialException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("relay.secrets.key-file: openssl rand -base64 32 >");
    Path wrong = directory.resolve("short.key");
    Files.writeString(wrong, "c2hvcnQ=");
    assertThatThrownBy(() -> Secrets.of(wrong).seal(TEXT, "contoso"))
        .isInstanceOf(CredentialException.class)
        .hasMessageContaining("not the Base64 of 32 bytes")
        .hasMessageNotContaining("c2hvcnQ");
    Files.writeString(wrong, Base64.getMimeEncoder().encodeToString(new byte[32]) + "\n");
    Secrets mended = Secrets.of(wrong);
    assertThat(mended.open(mended.seal(TEXT, "contoso"), "contoso")).isEqualTo(TEXT);
  }
}
