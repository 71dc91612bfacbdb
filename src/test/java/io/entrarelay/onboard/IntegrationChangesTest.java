package io.entrarelay.onboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.Pairs;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.Secrets;
import io.entrarelay.graph.Cloud;
import io.entrarelay.onboard.IntegrationChanges.Asked;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoredIntegration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntegrationChangesTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String OTHER = "0badc11e-3a5b-4c59-9a44-6d1f6f7f0a02";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final String SHARED = "5ba2ed00-1111-4222-8333-944455556666";
  private static final Credential MADE = Pairs.of("contoso");
  private static final Credential NEXT = Pairs.of("next", 60);

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  private Path directory;

  private final IntegrationReader reader =
      new IntegrationReader(Set.of("signIns", "directoryAudits"), false);
  private final @Nullable Application application =
      new Application(
          SHARED, Cloud.named("global").orElseThrow(), Path.of("/a.pem"), Path.of("/k.pem"));

  @SuppressWarnings("NullAway.Init") // set before each test
  private Store store;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Secrets secrets;

  @SuppressWarnings("NullAway.Init") // set before each test
  private IntegrationDirectory all;

  @SuppressWarnings("NullAway.Init") // set before each test
  private IntegrationChanges changes;

  @BeforeEach
  void start() {
    store = JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
    secrets = Secrets.ofOwn(directory.resolve("secrets.key"));
    all =
        new IntegrationDirectory(
            directory.resolve("integrations"),
            reader,
            new KeptIntegrations(store.storedIntegrations(), reader, application));
    changes = changes(application);
  }

  private IntegrationChanges changes(@Nullable Application shared) {
    return new IntegrationChanges(
        store.storedIntegrations(),
        this::connected,
        Map.of(),
        reader,
        shared,
        secrets,
        () -> {},
        Clock.systemUTC());
  }

  private List<Integration> connected() {
    all.refresh();
    return all.integrations();
  }

  @AfterEach
  void stop() {
    store.close();
  }

  private static Asked asked(String name, String tenantId) {
    return new Asked(
        name,
        "Contoso Europe",
        tenantId,
        CLIENT,
        "global",
        null,
        null,
        List.of("signIns"),
        PemWriter.text(MADE.certificate()),
        PemWriter.text(MADE.privateKey()));
  }

  private static Asked withPem(String certificate, @Nullable String privateKey) {
    Asked asked = asked("contoso", TENANT);
    return new Asked(
        asked.name(),
        asked.displayName(),
        asked.tenantId(),
        asked.clientId(),
        asked.cloud(),
        null,
        null,
        asked.reports(),
        certificate,
        privateKey);
  }

  private Credential credential(String name) throws Exception {
    Integration integration =
        connected().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    return new CredentialReader(Clock.systemUTC(), secrets)
        .read(integration.credential())
        .credential();
  }

  private static void refused(Runnable change, String key, String... words) {
    assertThatThrownBy(change::run)
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> {
              assertThat(e.problems()).extracting(Problem::key).contains(key);
              for (String word : words) {
                assertThat(e).hasMessageContaining(word);
              }
            });
  }

  @Test
  void whatIsAddedIsCollectedWithItsKeyThatTheStoreDoesNotShow() throws Exception {
    changes.add(asked("contoso", TENANT), "ann");
    assertThat(connected())
        .singleElement()
        .satisfies(
            added -> {
              assertThat(added.name()).isEqualTo("contoso");
              assertThat(added.displayName()).isEqualTo("Contoso Europe");
              assertThat(added.reports()).containsExactly("signIns");
              assertThat(added.isDeclared()).isFalse();
            });
    assertThat(credential("contoso").privateKey().getModulus())
        .isEqualTo(MADE.privateKey().getModulus());
    StoredIntegration stored = Objects.requireNonNull(changes.find("contoso"));
    assertThat(stored.privateKey()).doesNotContain("PRIVATE KEY");
    assertThat(stored.toString()).doesNotContain(String.valueOf(stored.privateKey()));
    assertThat(store.auditLog().list(Long.MAX_VALUE, 10).toString())
        .contains("ann", "integration added", TENANT)
        .doesNotContain("BEGIN");
  }

  @Test
  void oneTextMayHoldBothCertificateAndKey() throws Exception {
    changes.add(
        withPem(PemWriter.text(MADE.privateKey()) + PemWriter.text(MADE.certificate()), null),
        "ann");
    assertThat(credential("contoso").certificate()).isEqualTo(MADE.certificate());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "../contoso", "a/b", "Contoso", "a\u0000b", "<script>", "con toso", ".", "ö"})
  void aNameThatIsNoNameIsRefused(String name) {
    refused(() -> changes.add(asked(name, TENANT), "ann"), "name", "1 to 63 of a-z");
    assertThat(store.storedIntegrations().list()).isEmpty();
  }

  @Test
  void allThatIsWrongIsSaidByItsKey() {
    Asked wrong =
        new Asked(
            "contoso",
            "x".repeat(201),
            "no guid",
            TENANT,
            "globe",
            null,
            null,
            List.of("signins"),
            "",
            null);
    assertThatThrownBy(() -> changes.add(wrong, "ann"))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .extracting(Problem::key)
                    .contains("display-name", "tenant-id", "cloud", "reports"));
  }

  @Test
  void aPairThatCanNotWorkIsRefusedAndNoneOfItIsRepeated() {
    String key = PemWriter.text(NEXT.privateKey());
    refused(
        () -> changes.add(withPem(PemWriter.text(MADE.certificate()), key), "ann"),
        "certificate",
        "does not belong");
    refused(() -> changes.add(withPem("", null), "ann"), "certificate", "empty");
    refused(
        () -> changes.add(withPem(PemWriter.text(MADE.certificate()), "secret-text"), "ann"),
        "private-key");
    assertThatThrownBy(
            () -> changes.add(withPem(PemWriter.text(MADE.certificate()), "secret-text"), "ann"))
        .hasMessageNotContaining("secret-text");
    refused(() -> changes.add(withPem("A".repeat(70_000), null), "ann"), "certificate", "64 KiB");
    assertThat(store.storedIntegrations().list()).isEmpty();
  }

  @Test
  void aTenantThatIsConnectedIsRefusedWhereverItIsDeclared() throws Exception {
    Files.createDirectories(directory.resolve("integrations"));
    Files.writeString(
        directory.resolve("integrations/filed.yaml"),
        """
        tenant-id: %s
        client-id: %s
        credential:
          certificate: c.pem
          private-key: k.pem
        reports: [signIns]
        """
            .formatted(TENANT, CLIENT));
    refused(
        () -> changes.add(asked("contoso", TENANT), "ann"),
        "tenant-id, client-id",
        "those of filed");
    refused(() -> changes.add(asked("filed", OTHER), "ann"), "name");
    changes.add(asked("contoso", OTHER), "ann");
    refused(() -> changes.add(asked("contoso", TENANT), "ann"), "name");
    refused(() -> changes.rename("contoso", "filed", null, "ann"), "name");
    refused(() -> changes.rename("filed", "x", null, "ann"), "name", "declared in a file");
    refused(() -> changes.remove("filed", "ann"), "name", "declared in a file");
    refused(() -> changes.remove("nobody", "ann"), "name");
  }

  @Test
  void aFileThatSaysTheSameGoesBeforeWhatTheStoreKeeps() throws Exception {
    changes.add(asked("contoso", TENANT), "ann");
    assertThat(connected()).extracting(Integration::isDeclared).containsExactly(false);
    Files.createDirectories(directory.resolve("integrations"));
    Files.writeString(
        directory.resolve("integrations/filed.yaml"),
        "tenant-id: %s\nclient-id: %s\ncredential: {certificate: c.pem, private-key: k.pem}\nreports: [signIns]\n"
            .formatted(TENANT, CLIENT));
    assertThat(connected()).extracting(Integration::name).containsExactly("filed");
    assertThat(all.problems())
        .singleElement()
        .asString()
        .contains("contoso", "those of filed's file", "Remove one of the two");
    Files.delete(directory.resolve("integrations/filed.yaml"));
    assertThat(connected()).extracting(Integration::name).containsExactly("contoso");
    assertThat(all.problems()).isEmpty();
  }

  @Test
  void aRenamedIntegrationKeepsItsKeyAndTenant() throws Exception {
    changes.add(asked("contoso", TENANT), "ann");
    changes.rename("contoso", "contoso-eu", "Contoso EU", "bob");
    assertThat(connected())
        .singleElement()
        .satisfies(
            renamed -> {
              assertThat(renamed.name()).isEqualTo("contoso-eu");
              assertThat(renamed.displayName()).isEqualTo("Contoso EU");
              assertThat(renamed.tenantId()).isEqualTo(TENANT);
            });
    assertThat(credential("contoso-eu").certificate()).isEqualTo(MADE.certificate());
    refused(() -> changes.rename("contoso-eu", "../x", null, "bob"), "name", "1 to 63");
  }

  @Test
  void aRotatedCertificateIsUsedAndAWrongOneChangesNothing() throws Exception {
    changes.add(asked("contoso", TENANT), "ann");
    refused(
        () ->
            changes.rotate(
                "contoso",
                PemWriter.text(NEXT.certificate()),
                PemWriter.text(MADE.privateKey()),
                "ann"),
        "certificate");
    assertThat(credential("contoso").certificate()).isEqualTo(MADE.certificate());
    changes.rotate(
        "contoso", PemWriter.text(NEXT.certificate()), PemWriter.text(NEXT.privateKey()), "ann");
    assertThat(credential("contoso").certificate()).isEqualTo(NEXT.certificate());
  }

  @Test
  void aTenantAwaitsConsentUntilItHasConsented() {
    StoredIntegration awaiting =
        changes.awaitConsent("contoso", "Contoso", null, List.of("signIns"), "ann");
    assertThat(connected()).as("nothing to collect yet").isEmpty();
    assertThat(changes.awaitingConsent()).containsExactly(awaiting);
    changes.consented(awaiting, TENANT, "ann");
    assertThat(changes.awaitingConsent()).isEmpty();
    assertThat(connected())
        .singleElement()
        .satisfies(
            consented -> {
              assertThat(consented.tenantId()).isEqualTo(TENANT);
              assertThat(consented.clientId()).isEqualTo(SHARED);
              assertThat(consented.credential())
                  .isEqualTo(new PemFiles(Path.of("/a.pem"), Path.of("/k.pem")));
            });
    refused(() -> changes.consented(awaiting, TENANT, "ann"), "tenant-id, client-id", "already");
    refused(() -> changes.rotate("contoso", "", null, "ann"), "certificate", "relay.application");
  }

  @Test
  void noOtherTenantThanTheOneThatWasAskedForConsents() {
    StoredIntegration awaiting =
        changes.awaitConsent("contoso", null, TENANT, List.of("signIns"), "ann");
    refused(() -> changes.consented(awaiting, OTHER, "ann"), "tenant-id", "another tenant", OTHER);
    assertThat(changes.awaitingConsent()).hasSize(1);
    StoredIntegration second =
        changes.awaitConsent("second", null, null, List.of("signIns"), "ann");
    changes.consented(second, OTHER, "ann");
    StoredIntegration third = changes.awaitConsent("third", null, null, List.of("signIns"), "ann");
    refused(() -> changes.consented(third, OTHER, "ann"), "tenant-id, client-id", "second");
  }

  @Test
  void withoutASharedApplicationThereIsNothingToConsentTo() {
    refused(
        () -> changes(null).awaitConsent("contoso", null, null, List.of("signIns"), "ann"),
        "relay.application",
        "relay.application.client-id");
  }

  @Test
  void anotherApplicationThanTheConsentedOneIsNamed() {
    StoredIntegration awaiting =
        changes.awaitConsent("contoso", null, null, List.of("signIns"), "ann");
    changes.consented(awaiting, TENANT, "ann");
    IntegrationDirectory without =
        new IntegrationDirectory(
            directory.resolve("none"),
            reader,
            new KeptIntegrations(store.storedIntegrations(), reader, null));
    assertThat(without.refresh().newProblems())
        .singleElement()
        .asString()
        .contains("contoso", "relay.application.client-id", SHARED);
  }
}
