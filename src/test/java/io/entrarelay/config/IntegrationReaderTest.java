package io.entrarelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.credential.CredentialSource.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an integration file may say. What it may not is in {@link InvalidFilesTest}. */
@NullUnmarked
class IntegrationReaderTest {
  static final Set<String> REPORTS = Set.of("signIns", "directoryAudits");

  static final String CONTOSO =
      """
      display-name: Contoso
      tenant-id: 7F3F5D6C-3a5b-4c59-9a44-6d1f6f7f0a01
      client-id: c0ffee00-1111-4222-8333-944455556666
      credential:
        certificate: contoso/certificate.pem
        private-key: /etc/keys/../keys/contoso.pem
      reports: [signIns, directoryAudits]
      """;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void file() {
    file = directory.resolve("contoso.yaml");
  }

  private Integration read(String text, boolean demo) throws IOException {
    Files.writeString(file, text);
    return new IntegrationReader(REPORTS, demo).read(file);
  }

  @Test
  void everyKeyIsRead() throws IOException {
    Integration contoso = read(CONTOSO, false);

    assertThat(contoso.name()).isEqualTo("contoso");
    assertThat(contoso.displayName()).isEqualTo("Contoso");
    assertThat(contoso.tenantId()).isEqualTo("7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01");
    assertThat(contoso.clientId()).isEqualTo("c0ffee00-1111-4222-8333-944455556666");
    assertThat(contoso.cloud().name()).isEqualTo("global");
    assertThat(contoso.credential())
        .isEqualTo(
            new PemFiles(
                directory.resolve("contoso/certificate.pem"), Path.of("/etc/keys/contoso.pem")));
    assertThat(contoso.caCertificate()).isNull();
    assertThat(contoso.reports()).containsExactly("signIns", "directoryAudits");
  }

  @Test
  void theDisplayNameIsTheNameUnlessGiven() throws IOException {
    assertThat(read(CONTOSO.replace("display-name: Contoso", ""), false).displayName())
        .isEqualTo("contoso");
  }

  @ParameterizedTest
  @CsvSource({
    "global, https://login.microsoftonline.com, https://graph.microsoft.com",
    "us-gov, https://login.microsoftonline.us, https://graph.microsoft.us",
    "us-gov-dod, https://login.microsoftonline.us, https://dod-graph.microsoft.us",
    "china, https://login.chinacloudapi.cn, https://microsoftgraph.chinacloudapi.cn"
  })
  void microsoftsCloudsAreKnownByName(String cloud, URI authority, URI graph) throws IOException {
    Integration integration = read(CONTOSO + "cloud: " + cloud, false);

    assertThat(integration.cloud().authority()).isEqualTo(authority);
    assertThat(integration.cloud().graph()).isEqualTo(graph);
  }

  private static String custom(String authority, String graph) {
    return CONTOSO
        + "cloud: custom\nendpoints: {authority: \"%s\", graph: \"%s\", ca-certificate: ca.pem}"
            .formatted(authority, graph);
  }

  @Test
  void aCustomCloudHasItsEndpoints() throws IOException {
    Integration integration =
        read(custom("https://LOCALHOST:18443/", "https://[::1]:18443"), false);

    assertThat(integration.cloud().authority()).isEqualTo(URI.create("https://localhost:18443"));
    assertThat(integration.cloud().graph()).isEqualTo(URI.create("https://[::1]:18443"));
    assertThat(integration.caCertificate()).isEqualTo(directory.resolve("ca.pem"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:80", "http://127.0.0.1:80", "http://[::1]:80"})
  void theDemoMayUseHttpOnThisMachine(String graph) throws IOException {
    assertThat(read(custom("https://localhost", graph), true).cloud().graph())
        .isEqualTo(URI.create(graph));
  }

  @Test
  void windowsEditorsMaySaveTheFile() throws IOException {
    Integration expected = read(CONTOSO, false);

    assertThat(read("\uFEFF" + CONTOSO.replace("\n", "\r\n"), false)).isEqualTo(expected);
    Files.write(file, ("\uFEFF" + CONTOSO).getBytes(StandardCharsets.UTF_16LE));
    assertThat(new IntegrationReader(REPORTS, false).read(file)).isEqualTo(expected);
  }

  @Test
  void wordsOfYamlStayWords() throws IOException {
    assertThat(read(CONTOSO.replace("Contoso", "no"), false).displayName()).isEqualTo("no");
    assertThat(read(CONTOSO.replace("Contoso", "010"), false).displayName()).isEqualTo("010");
    assertThat(read(CONTOSO.replace("Contoso", "2026-11-22"), false).displayName())
        .isEqualTo("2026-11-22");
  }

  @Test
  void aFileThatIsGoneOrNoFileIsNamed() {
    Path gone = directory.resolve("gone.yaml");
    assertThatThrownBy(() -> new IntegrationReader(REPORTS, false).read(gone))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(gone + ": is not there. Check the name and the --config directory.");
    Path folder = directory.resolve("folder.yaml");
    assertThat(folder.toFile().mkdir()).isTrue();
    assertThatThrownBy(() -> new IntegrationReader(REPORTS, false).read(folder))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            folder
                + ": can't be read. Check that it is a file and who may read it: ls -l "
                + folder
                + ".");
  }
}
