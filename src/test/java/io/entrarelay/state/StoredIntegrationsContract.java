package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.state.AuditLog.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is promised of integrations that are in no file, on each of the store's databases. */
@Timeout(60)
abstract class StoredIntegrationsContract {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String OTHER = "0badc11e-3a5b-4c59-9a44-6d1f6f7f0a02";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Store store;

  @SuppressWarnings("NullAway.Init") // set before each test
  private StoredIntegrations integrations;

  /** Opens the store, the same one each time within a test. */
  abstract Store open();

  @BeforeEach
  void start() {
    store = open();
    integrations = store.storedIntegrations();
  }

  @AfterEach
  void stop() {
    store.close();
  }

  private static StoredIntegration named(String name, @Nullable String tenantId) {
    return new StoredIntegration(
        name,
        "Contoso",
        tenantId,
        CLIENT,
        "global",
        null,
        null,
        List.of("signIns", "directoryAudits"),
        "certificate",
        "sealed key",
        0,
        "",
        7L);
  }

  private static StoredIntegration renamed(StoredIntegration of, String name) {
    return new StoredIntegration(
        name,
        of.displayName(),
        of.tenantId(),
        of.clientId(),
        of.cloud(),
        of.authority(),
        of.graph(),
        of.reports(),
        of.certificate(),
        of.privateKey(),
        of.addedAt(),
        of.addedBy(),
        of.consentedAt());
  }

  @Test
  void whatIsAddedIsThereAsItWasGivenAndNoted() {
    long before = integrations.changes();
    assertThat(integrations.add(named("contoso", TENANT), "ann")).isTrue();
    StoredIntegration there = Objects.requireNonNull(integrations.find("contoso"));
    assertThat(there)
        .usingRecursiveComparison()
        .ignoringFields("addedAt", "addedBy")
        .isEqualTo(named("contoso", TENANT));
    assertThat(there.addedBy()).isEqualTo("ann");
    assertThat(there.addedAt()).isPositive();
    assertThat(integrations.list()).containsExactly(there);
    assertThat(integrations.changes()).isNotEqualTo(before);
    assertThat(store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what, Entry::target)
        .containsExactly(tuple("ann", "integration added", "contoso"));
    assertThat(store.auditLog().list(Long.MAX_VALUE, 1).toString()).doesNotContain("sealed");
  }

  @Test
  void neitherANameNorATenantsApplicationIsThereTwice() {
    assertThat(integrations.add(named("contoso", TENANT), "ann")).isTrue();
    assertThat(integrations.add(named("contoso", OTHER), "ann")).isFalse();
    assertThat(integrations.add(named("fabrikam", TENANT), "ann")).isFalse();
    assertThat(integrations.add(named("fabrikam", OTHER), "ann")).isTrue();
    StoredIntegration fabrikam = Objects.requireNonNull(integrations.find("fabrikam"));
    assertThat(integrations.change(fabrikam, renamed(fabrikam, "contoso"), "renamed", "ann"))
        .isFalse();
    assertThat(integrations.list())
        .extracting(StoredIntegration::name)
        .containsExactly("contoso", "fabrikam");
  }

  @Test
  void severalMayAwaitConsentOfTenantsThatAreNotKnownYet() {
    assertThat(integrations.add(named("one", null), "ann")).isTrue();
    assertThat(integrations.add(named("two", null), "ann")).isTrue();
    StoredIntegration one = Objects.requireNonNull(integrations.find("one"));
    StoredIntegration known = named("one", TENANT);
    assertThat(
            integrations.change(
                one,
                new StoredIntegration(
                    "one",
                    known.displayName(),
                    TENANT,
                    CLIENT,
                    "global",
                    null,
                    null,
                    known.reports(),
                    null,
                    null,
                    one.addedAt(),
                    one.addedBy(),
                    9L),
                "consented",
                "ann"))
        .isTrue();
    StoredIntegration two = Objects.requireNonNull(integrations.find("two"));
    assertThat(integrations.change(two, renamed(named("x", TENANT), "two"), "consented", "bob"))
        .as("the tenant is connected already")
        .isFalse();
    assertThat(Objects.requireNonNull(integrations.find("one")).consentedAt()).isEqualTo(9);
  }

  @Test
  void ofTwoChangesAtTheSameTimeOneIsMade() throws Exception {
    integrations.add(named("contoso", TENANT), "ann");
    StoredIntegration was = Objects.requireNonNull(integrations.find("contoso"));
    ExecutorService people = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> changes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        StoredIntegration becomes = renamed(was, "contoso-" + i);
        changes.add(() -> integrations.change(was, becomes, "renamed", "ann"));
      }
      int made = 0;
      for (Future<Boolean> change : people.invokeAll(changes)) {
        made += change.get() ? 1 : 0;
      }
      assertThat(made).isEqualTo(1);
    } finally {
      people.shutdownNow();
    }
    assertThat(integrations.list()).hasSize(1);
  }

  @Test
  void whatIsRemovedIsGone() {
    integrations.add(named("contoso", TENANT), "ann");
    assertThat(integrations.remove("contoso", "bob")).isTrue();
    assertThat(integrations.remove("contoso", "bob")).isFalse();
    assertThat(integrations.find("contoso")).isNull();
    assertThat(store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what)
        .containsExactly(tuple("bob", "integration removed"));
  }
}
