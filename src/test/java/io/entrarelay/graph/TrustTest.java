package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrarelay.CapturedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of authorities that can't be used says why; what it may look like is taken as it is. */
class TrustTest {
  private static final Pki PKI = new Pki("trust test CA");

  @Test
  void namesTheFileAndTheRemedy(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("ca.pem");
    assertThatThrownBy(() -> new Trust(file))
        .isInstanceOf(TrustException.class)
        .hasMessage(
            file
                + ": there is no such file. Correct the path, or put the authority's certificate"
                + " there.");

    Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> new Trust(file))
        .hasMessage(
            file
                + ": holds no certificate. Give the authority's certificate in PEM form, which"
                + " begins with -----BEGIN CERTIFICATE-----.");

    Files.write(file, PKI.certificate.getEncoded());
    assertThatThrownBy(() -> new Trust(file))
        .hasMessage(
            file
                + ": is a certificate in DER form, not PEM. Convert it: openssl x509 -inform der -in "
                + file
                + " -out ca.pem.");

    String pem = Pki.pem(PKI.certificate);
    Files.writeString(file, pem + pem.substring(0, 200) + "\n-----END CERTIFICATE-----\n");
    assertThatThrownBy(() -> new Trust(file))
        .hasMessage(
            file
                + ": certificate 2 can't be read: the block is damaged or cut. Copy it again whole.");

    assertThatThrownBy(() -> new Trust(directory))
        .hasMessage(directory + ": is a directory. Give one PEM file.");

    Files.write(file, new byte[(4 << 20) + 1]);
    assertThatThrownBy(() -> new Trust(file))
        .hasMessage(file + ": is larger than 4 MiB. Give a PEM file of authorities.");
  }

  @Test
  void readsBundlesAsTheyAreFound(@TempDir Path directory) throws Exception {
    String text =
        "\uFEFF# Company root\r\n"
            + Pki.pem(PKI.certificate).replace("\n", "\r\n")
            + "Certificate: ...\r\n"
            + Pki.pem(new Pki("other").certificate);
    Path file = directory.resolve("bundle.crt");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    assertThat(new CaFile(file).certificates()).hasSize(2).contains(PKI.certificate);
  }

  @Test
  void keepsTheOldAuthoritiesWhenAReplacementIsBroken(@TempDir Path directory) throws Exception {
    Path path = PKI.write(directory.resolve("ca.pem"));
    CaFile file = new CaFile(path);
    try (CapturedLog log = new CapturedLog(CaFile.class)) {
      Files.writeString(path, "half a file");
      assertThat(file.certificates()).containsExactly(PKI.certificate);
      assertThat(file.certificates()).containsExactly(PKI.certificate);
      assertThat(log.lines())
          .containsExactly(
              "WARN "
                  + path
                  + ": holds no certificate. Give the authority's certificate in PEM form, which"
                  + " begins with -----BEGIN CERTIFICATE-----. The authorities read before stay"
                  + " trusted.");
    }
    Files.delete(path);
    assertThat(file.certificates()).containsExactly(PKI.certificate);
    Pki next = new Pki("next");
    next.write(path);
    assertThat(file.certificates()).containsExactly(next.certificate);
  }

  @Test
  void saysThatTheDiskDoesNotGiveTheFile() {
    Path unreadable = Path.of("/proc/self/mem"); // also for root
    assumeTrue(Files.isRegularFile(unreadable));
    assertThatThrownBy(() -> new Trust(unreadable))
        .isInstanceOf(TrustException.class)
        .hasMessage("/proc/self/mem: can't be read. Check the disk or the mount it is on.");
  }
}
