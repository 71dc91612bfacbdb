package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.Pairs;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.Secrets;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.onboard.KeptIntegrations;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import io.entrarelay.state.StoredIntegration;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code integration} on files alone: what is added can be collected, what can't is not added. */
class IntegrationCommandTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  private int command(String... command) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--config", folder.resolve("config").toString()));
    arguments.addAll(List.of("--data", folder.resolve("data").toString()));
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private int add(String name, String... more) {
    return command(
        Stream.concat(
                Stream.of("integration", "add", name, "--tenant-id", TENANT, "--client-id", CLIENT),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void pair(String name) throws IOException {
    Pairs.write(name, integrations().resolve(name));
  }

  private Path integrations() {
    return folder.resolve("config/integrations");
  }

  private List<String> files() throws IOException {
    if (!Files.exists(integrations())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(integrations())) {
      return files.filter(Files::isRegularFile).map(each -> each.getFileName().toString()).toList();
    }
  }

  @Test
  void whatIsAddedIsAFileThatCanBeCollected() throws IOException {
    pair("contoso");
    assertThat(add("contoso", "--display-name", "Contoso: <b>Ltd</b>")).as(err.toString()).isZero();
    assertThat(integrations().resolve("contoso.yaml"))
        .hasContent(
            """
            display-name: 'Contoso: <b>Ltd</b>'
            tenant-id: 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01
            client-id: c0ffee00-1111-4222-8333-944455556666
            cloud: global
            credential:
              certificate: contoso/certificate.pem
              private-key: contoso/key.pem
            reports:
            - signIns
            - directoryAudits
            """);
    assertThat(out.toString()).contains("contoso.yaml", "entra-relay check contoso");
    assertThat(command("integration", "list")).isZero();
    assertThat(out.toString()).contains("No relay runs on").contains("contoso  file     -");
    assertThat(command("integration", "show", "contoso")).isZero();
    assertThat(out.toString())
        .contains("contoso  Contoso: <b>Ltd</b>", "no relay has seen it yet: start one");
    assertThat(command("integration", "list", "--json")).isZero();
    JsonNode first = new ObjectMapper().readTree(out.toString()).path("integrations").get(0);
    assertThat(first.path("tenantId").asText()).isEqualTo(TENANT);
    assertThat(first.path("from").asText()).isEqualTo("file");
    assertThat(first.path("file").asText()).endsWith("integrations/contoso.yaml");
  }

  @Test
  void aSecondOfTheSameNameOrTenantIsRefused() throws IOException {
    pair("contoso");
    pair("other");
    assertThat(add("contoso")).isZero();
    assertThat(add("contoso")).isEqualTo(2);
    assertThat(err.toString()).contains("contoso.yaml is there already");
    assertThat(add("other")).isEqualTo(2);
    assertThat(err.toString()).contains("are those of contoso, which is collected already");
    assertThat(files()).containsExactly("contoso.yaml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "../contoso | | an integration's name has 1 to 63 of a-z, 0-9 and -",
        "Contoso | | an integration's name has 1 to 63 of a-z, 0-9 and -",
        "absent | | absent/certificate.pem is missing",
        "contoso | --reports=signIn | Did you mean signIns?",
        "contoso | --cloud=mars | Known here: global, us-gov",
        "contoso | --tenant-id=1234 | is not a GUID",
        "contoso | --cloud=custom | cloud: custom needs it",
        "contoso | --private-key=OTHER/key.pem | does not belong to the private key in",
      })
  void whatCannotBeCollectedIsNotWritten(String name, String option, String said)
      throws IOException {
    pair("contoso");
    Pairs.write("other", folder.resolve("other"));
    List<String> more = new ArrayList<>();
    if (option != null) {
      more.add(option.replace("OTHER", folder.resolve("other").toString()));
    }
    String[] arguments =
        Stream.concat(
                Stream.of("integration", "add", name, "--client-id", CLIENT),
                option != null && option.startsWith("--tenant-id")
                    ? more.stream()
                    : Stream.concat(Stream.of("--tenant-id", TENANT), more.stream()))
            .toArray(String[]::new);
    assertThat(command(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains(said).doesNotContain(".adding-");
    assertThat(files()).isEmpty();
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.map(Path::toString)).noneMatch(path -> path.contains(".adding-"));
    }
  }

  @Test
  void whatIsMissingIsNamedWhereNobodyCanBeAsked() throws IOException {
    pair("contoso");
    assertThat(command("integration", "add", "contoso", "--client-id", CLIENT)).isEqualTo(2);
    assertThat(err.toString()).contains("--tenant-id is missing. Copy it from the app");
  }

  @Test
  void whatIsRemovedKeepsItsKey() throws IOException {
    pair("contoso");
    add("contoso");
    assertThat(command("integration", "remove", "contoso")).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing was removed").contains("add --yes");
    assertThat(command("integration", "remove", "contoso", "--yes")).isZero();
    assertThat(integrations().resolve("contoso.yaml")).doesNotExist();
    assertThat(integrations().resolve("contoso/key.pem")).exists();
    assertThat(command("integration", "remove", "contoso", "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("contoso.yaml: there is no such file");
    assertThat(command("integration", "remove", "../application", "--yes")).isEqualTo(2);
  }

  @Test
  void whereAnAdministratorConsentsIsSaid() throws IOException {
    pair("contoso");
    add("contoso");
    assertThat(command("integration", "consent", "contoso")).isZero();
    assertThat(out.toString())
        .contains(
            "https://login.microsoftonline.com/" + TENANT + "/adminconsent?client_id=" + CLIENT)
        .contains("Global Administrator")
        .contains("entra-relay integration refresh contoso")
        .doesNotContain("/consent/contoso");
    Files.writeString(
        folder.resolve("config/application.yaml"),
        """
        relay:
          console.public-url: https://relay.example.com/siem
          application:
            client-id: %s
            certificate: application.pem
        """
            .formatted(CLIENT));
    assertThat(command("integration", "consent", "contoso", "--json")).isZero();
    assertThat(out.toString()).contains("https://relay.example.com/siem/consent/contoso");
    assertThat(command("integration", "consent", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("There are: contoso");
  }

  @Test
  void withoutARelayNothingIsTriedAgainOrReadAgain() throws IOException {
    pair("contoso");
    add("contoso");
    assertThat(command("integration", "refresh", "contoso")).isEqualTo(2);
    assertThat(err.toString()).contains("nothing was collected here yet");
    assertThat(command("integration", "pause", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("there is no such file").contains("There are: contoso");
  }

  @Test
  void whereTheStateFileIsGoneButItsCopyIsThereTheRelayIsToBeStarted() throws IOException {
    Path copy = Files.createDirectories(folder.resolve("data/state")).resolve("relay-copy.db");
    Files.writeString(copy, "all that was committed");
    assertThat(command("integration", "list")).isEqualTo(2);
    assertThat(err.toString())
        .contains("is missing. Start the relay: it is put back from its copy " + copy + ".")
        .doesNotContain("--data");
  }

  /** One that the console has added, with a pair of its own. */
  private Credential keep(String name) throws Exception {
    Path state = Files.createDirectories(folder.resolve("data/state"));
    Credential pair = Pairs.of(name);
    Files.writeString(
        state.resolve("secrets.key"), Base64.getEncoder().encodeToString(new byte[32]));
    try (JdbcStore store = JdbcStore.sqlite(state.resolve("relay.db"), Steps.NONE)) {
      store
          .storedIntegrations()
          .add(
              new StoredIntegration(
                  name,
                  "Contoso: <b>Ltd</b>",
                  TENANT,
                  CLIENT,
                  "custom",
                  "https://localhost:18443",
                  "https://localhost:18444",
                  List.of("signIns"),
                  PemWriter.text(pair.certificate()),
                  Secrets.of(state.resolve("secrets.key"))
                      .seal(
                          PemWriter.text(pair.privateKey()),
                          KeptIntegrations.owner(TENANT, CLIENT)),
                  0,
                  "ann",
                  1L),
              "ann");
    }
    return pair;
  }

  @Test
  void whatTheConsoleAddedIsNamedAsSuchAndRemovedWhereNoRelayRuns() throws Exception {
    keep("kept");
    assertThat(command("integration", "list")).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("kept +console +-");
    assertThat(command("integration", "show", "kept")).isZero();
    assertThat(out.toString()).contains("from     the console");
    assertThat(command("integration", "show", "kept", "--json")).isZero();
    JsonNode shown = new ObjectMapper().readTree(out.toString());
    assertThat(shown.path("from").asText()).isEqualTo("console");
    assertThat(shown.get("file").isNull()).isTrue();
    assertThat(command("integration", "remove", "kept")).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing was removed").contains("added in the console");
    assertThat(command("integration", "remove", "kept", "--yes")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("Removed kept and its key from the state store");
    assertThat(command("integration", "remove", "kept", "--yes")).isEqualTo(2);
    try (JdbcStore store = JdbcStore.beside(folder.resolve("data/state/relay.db"))) {
      assertThat(store.storedIntegrations().list()).isEmpty();
      assertThat(store.auditLog().list(Long.MAX_VALUE, 1))
          .extracting(Entry::who, Entry::what, Entry::target)
          .containsExactly(tuple(System.getProperty("user.name"), "integration removed", "kept"));
    }
  }

  @Test
  void aFileIsRemovedBeforeWhatTheConsoleHasAddedUnderItsName() throws Exception {
    pair("contoso");
    add("contoso");
    keep("contoso");
    assertThat(command("integration", "remove", "contoso", "--yes")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("contoso.yaml. One of this name that was added in the");
    assertThat(command("integration", "list")).isZero();
    assertThat(out.toString()).containsPattern("contoso +console");
    assertThat(command("integration", "remove", "contoso", "--yes")).isZero();
    assertThat(out.toString()).contains("Removed contoso and its key from the state store");
  }

  @Test
  void whatIsExportedCanBeDeclaredOnceItsKeyIsThere() throws Exception {
    Credential pair = keep("kept");
    String key = PemWriter.text(pair.privateKey());
    assertThat(command("integration", "export", "kept")).as(err.toString()).isZero();
    String printed = out.toString();
    assertThat(printed)
        .contains("kept/key.pem, mode 0600, which is never exported", "certificate new kept")
        .contains("thumbprint " + Thumbprint.sha1(pair.certificate()))
        .doesNotContain("PRIVATE KEY", "v1:");
    Path exported = folder.resolve("exported");
    assertThat(command("integration", "export", "kept", "--out", exported.toString()))
        .as(err.toString())
        .isZero();
    assertThat(exported.resolve("kept.yaml")).hasContent(printed);
    assertThat(exported.resolve("kept/certificate.pem"))
        .hasContent(PemWriter.text(pair.certificate()));
    Files.writeString(exported.resolve("kept/key.pem"), key);
    Integration read =
        new IntegrationReader(Set.of("signIns"), false).read(exported.resolve("kept.yaml"));
    assertThat(read.displayName()).isEqualTo("Contoso: <b>Ltd</b>");
    assertThat(read.cloud().graph()).hasToString("https://localhost:18444");
    assertThat(new CredentialReader(Clock.systemUTC()).read(read.credential()).credential())
        .isEqualTo(pair);
    assertThat(command("integration", "export", "kept", "--out", exported.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("kept.yaml is there already");
    assertThat(command("integration", "export", "kept", "--out", integrations().toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("would be without its key");
    assertThat(files()).isEmpty();
  }

  @Test
  void aDeclaredOneIsExportedAsWellWithoutItsKey() throws IOException {
    pair("contoso");
    add("contoso");
    Path exported = folder.resolve("exported");
    // a file that holds both
    Files.writeString(
        integrations().resolve("contoso/certificate.pem"),
        Files.readString(integrations().resolve("contoso/certificate.pem"))
            + Files.readString(integrations().resolve("contoso/key.pem")));
    assertThat(command("integration", "export", "contoso", "--out", exported.toString(), "--json"))
        .as(err.toString())
        .isZero();
    assertThat(new ObjectMapper().readTree(out.toString()).path("files")).hasSize(2);
    assertThat(exported.resolve("contoso/certificate.pem"))
        .content()
        .contains("BEGIN CERTIFICATE")
        .doesNotContain("PRIVATE");
    assertThat(exported.resolve("contoso/key.pem")).doesNotExist();
    assertThat(command("integration", "export", "../application")).isEqualTo(2);
  }
}
