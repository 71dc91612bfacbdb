package io.entrarelay.onboard;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource.Sealed;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.Secrets;
import io.entrarelay.graph.Cloud;
import io.entrarelay.record.Report;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.StoredIntegrations;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds, changes and removes integrations of the state store, as people ask for it. What is given is
 * judged as a file would be; a private key is encrypted before it goes anywhere. All that is wrong
 * is thrown as {@link ConfigurationException}, by key, and then nothing has changed.
 */
public final class IntegrationChanges {
  /** The longest PEM text that is looked at, in characters. */
  public static final int LONGEST_PEM = 64 * 1024;

  private static final String CERTIFICATE = "certificate";
  private static final String PRIVATE_KEY = "private-key";

  private final StoredIntegrations store;
  private final Supplier<List<Integration>> connected;
  private final Map<String, Report> reports;
  private final IntegrationReader reader;
  private final @Nullable Application application;
  private final Secrets secrets;
  private final Runnable changed;
  private final Clock clock;
  private final KeptIntegrations kept;

  /**
   * @param connected those that there are, declared in files and not
   * @param reports those that there are, by name
   * @param reader judges what is given
   * @param application the shared one, null where there is none
   * @param secrets encrypts private keys
   * @param changed takes up here at once what was changed; other nodes look by themselves
   */
  public IntegrationChanges(
      StoredIntegrations store,
      Supplier<List<Integration>> connected,
      Map<String, Report> reports,
      IntegrationReader reader,
      @Nullable Application application,
      Secrets secrets,
      Runnable changed,
      Clock clock) {
    this.store = store;
    this.connected = connected;
    this.reports = new TreeMap<>(reports);
    this.reader = reader;
    this.application = application;
    this.secrets = secrets;
    this.changed = changed;
    this.clock = clock;
    this.kept = new KeptIntegrations(store, reader, application);
  }

  /**
   * A tenant with an application of its own, as it is asked for.
   *
   * @param displayName null for the name
   * @param authority with cloud {@code custom}; else null
   * @param graph as {@code authority}
   * @param certificate PEM text; may hold the key
   * @param privateKey PEM text; null where the certificate's text holds it
   */
  public record Asked(
      String name,
      @Nullable String displayName,
      String tenantId,
      String clientId,
      String cloud,
      @Nullable String authority,
      @Nullable String graph,
      List<String> reports,
      String certificate,
      @Nullable String privateKey) {
    /** Without certificate and key. */
    @Override
    public String toString() {
      return "Asked[" + name + ", " + tenantId + ", " + clientId + "]";
    }
  }

  /** What is asked for is well, and doesn't go with what there is. */
  public static final class Conflict extends ConfigurationException {
    private static final long serialVersionUID = 1L;

    private Conflict(String place, String key, String cause, String remedy) {
      super(List.of(new Problem(place, 0, key, cause, remedy)));
    }
  }

  /** The shared application; null where none is configured. */
  public @Nullable Application application() {
    return application;
  }

  /** The permissions that these reports need, each once. */
  public Set<String> permissions(List<String> of) {
    Set<String> permissions = new TreeSet<>();
    of.stream()
        .map(reports::get)
        .filter(Objects::nonNull)
        .forEach(report -> permissions.addAll(report.neededPermissions()));
    return permissions;
  }

  /** The integration of the store of this name; null where it has none. */
  public @Nullable StoredIntegration find(String name) {
    return store.find(name);
  }

  /** One of the store as it is collected, also before a relay has looked at it. */
  public Integration integration(StoredIntegration stored) {
    return kept.integration(stored);
  }

  /** Those whose tenants' administrators have yet to consent, by name. */
  public List<StoredIntegration> awaitingConsent() {
    return store.awaitingConsent();
  }

  /** Adds a tenant with an application of its own; a relay begins to collect it by itself. */
  public Integration add(Asked asked, String who) {
    Map<String, Object> keys = new LinkedHashMap<>();
    put(keys, "display-name", asked.displayName());
    keys.put("tenant-id", asked.tenantId());
    keys.put("client-id", asked.clientId());
    keys.put("cloud", asked.cloud());
    put(keys, "endpoints.authority", asked.authority());
    put(keys, "endpoints.graph", asked.graph());
    keys.put("reports", asked.reports());
    Integration judged = reader.given(asked.name(), keys, new Sealed("", "", ""));
    free(judged.name(), judged.tenantId(), judged.clientId());
    Sealed pem = sealed(judged, asked.certificate(), asked.privateKey());
    boolean custom = judged.cloud().name().equals(Cloud.CUSTOM);
    StoredIntegration added =
        new StoredIntegration(
            judged.name(),
            judged.displayName(),
            judged.tenantId(),
            judged.clientId(),
            judged.cloud().name(),
            custom ? judged.cloud().authority().toString() : null,
            custom ? judged.cloud().graph().toString() : null,
            judged.reports(),
            pem.certificate(),
            pem.privateKey(),
            0,
            who,
            clock.millis());
    if (!store.add(added, who)) {
      throw taken(judged.name());
    }
    changed.run();
    return judged;
  }

  /**
   * Adds a tenant that is to consent to the shared application.
   *
   * @param tenantId null where the one who consents shall say which tenant it is
   */
  public StoredIntegration awaitConsent(
      String name,
      @Nullable String displayName,
      @Nullable String tenantId,
      List<String> reports,
      String who) {
    Application shared = shared(name);
    boolean custom = shared.cloud().name().equals(Cloud.CUSTOM);
    Map<String, Object> keys = new LinkedHashMap<>();
    put(keys, "display-name", displayName);
    put(keys, "tenant-id", tenantId);
    keys.put("client-id", shared.clientId());
    keys.put("cloud", shared.cloud().name());
    if (custom) {
      keys.put("endpoints.authority", shared.cloud().authority().toString());
      keys.put("endpoints.graph", shared.cloud().graph().toString());
    }
    keys.put("reports", reports);
    // a tenant that is not known yet breaks no rule: any other stands in for it
    keys.putIfAbsent("tenant-id", "00000000-0000-4000-8000-000000000000");
    Integration judged = reader.given(name, keys, new Sealed("", "", ""));
    free(name, judged.tenantId(), judged.clientId());
    StoredIntegration awaiting =
        new StoredIntegration(
            name,
            judged.displayName(),
            tenantId == null ? null : judged.tenantId(),
            judged.clientId(),
            judged.cloud().name(),
            custom ? judged.cloud().authority().toString() : null,
            custom ? judged.cloud().graph().toString() : null,
            judged.reports(),
            null,
            null,
            0,
            who,
            null);
    if (!store.add(awaiting, who)) {
      throw taken(name);
    }
    return Objects.requireNonNullElse(store.find(name), awaiting);
  }

  /**
   * An administrator of the tenant has consented, which is proven.
   *
   * @param was as it was when consent was asked for
   */
  public void consented(StoredIntegration was, String tenantId, String who) {
    if (was.tenantId() != null && !was.tenantId().equals(tenantId)) {
      throw refused(
          was.name(),
          "tenant-id",
          "is " + was.tenantId() + ", and another tenant has consented: " + tenantId,
          "Sign in as an administrator of the right tenant");
    }
    free(null, tenantId, was.clientId());
    boolean done =
        store.change(
            was,
            with(was, was.name(), was.displayName(), tenantId, null, clock.millis()),
            "consented",
            who);
    if (!done) {
      throw meanwhile(was.name());
    }
    changed.run();
  }

  /** Gives an integration another name; what it has collected, and how far it is, stays its own. */
  public void rename(String name, String newName, @Nullable String displayName, String who) {
    StoredIntegration was = stored(name);
    Map<String, Object> keys = new LinkedHashMap<>();
    put(keys, "display-name", displayName);
    keys.put("tenant-id", "00000000-0000-4000-8000-000000000000");
    keys.put("client-id", was.clientId());
    keys.put("reports", was.reports());
    Integration judged = reader.given(newName, keys, new Sealed("", "", ""));
    if (!newName.equals(name) && isTaken(newName)) {
      throw taken(newName);
    }
    StoredIntegration becomes =
        with(was, newName, judged.displayName(), was.tenantId(), null, was.consentedAt());
    if (!store.change(was, becomes, "integration renamed", who)) {
      throw meanwhile(name);
    }
    changed.run();
  }

  /**
   * Has an integration use another certificate from now on.
   *
   * @param certificate PEM text; may hold the key
   * @param privateKey PEM text; null where the certificate's text holds it
   */
  public void rotate(String name, String certificate, @Nullable String privateKey, String who) {
    StoredIntegration was = stored(name);
    if (was.certificate() == null) {
      throw new Conflict(
          name,
          CERTIFICATE,
          "is that of the application of relay.application",
          "Replace the files that relay.application names");
    }
    Integration integration =
        connected.get().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() -> meanwhile(name));
    Sealed pem = sealed(integration, certificate, privateKey);
    StoredIntegration becomes =
        with(was, name, was.displayName(), was.tenantId(), pem, was.consentedAt());
    if (!store.change(was, becomes, "certificate rotated", who)) {
      throw meanwhile(name);
    }
    changed.run();
  }

  /** Takes an integration out. What was delivered stays; added again, it goes on where it was. */
  public void remove(String name, String who) {
    stored(name);
    if (!store.remove(name, who)) {
      throw meanwhile(name);
    }
    changed.run();
  }

  private Application shared(String name) {
    if (application == null) {
      throw refused(
          name,
          "relay.application",
          "is not configured, so there is no application to consent to",
          "Write relay.application.client-id and certificate into application.yaml, or add the"
              + " tenant by a certificate of its own");
    }
    return application;
  }

  private StoredIntegration stored(String name) {
    StoredIntegration stored = store.find(name);
    if (stored == null) {
      if (connected.get().stream()
          .anyMatch(each -> each.name().equals(name) && each.isDeclared())) {
        throw new Conflict(
            name, "name", "is declared in a file, which decides about it", "Change the file");
      }
      throw refused(
          name, "name", "is none of an integration", "See the integrations that there are");
    }
    return stored;
  }

  private static StoredIntegration with(
      StoredIntegration was,
      String name,
      String displayName,
      @Nullable String tenantId,
      @Nullable Sealed pem,
      @Nullable Long consentedAt) {
    return new StoredIntegration(
        name,
        displayName,
        tenantId,
        was.clientId(),
        was.cloud(),
        was.authority(),
        was.graph(),
        was.reports(),
        pem == null ? was.certificate() : pem.certificate(),
        pem == null ? was.privateKey() : pem.privateKey(),
        was.addedAt(),
        was.addedBy(),
        consentedAt);
  }

  /** The pair, checked, in the one way in which it is kept. */
  private Sealed sealed(Integration of, String certificate, @Nullable String privateKey) {
    String key = privateKey == null || privateKey.isBlank() ? certificate : privateKey;
    tooLong(of, CERTIFICATE, certificate);
    tooLong(of, PRIVATE_KEY, key);
    try {
      Credential read = new CredentialReader(clock).read(certificate, key).credential();
      String owner = KeptIntegrations.owner(of.tenantId(), of.clientId());
      return new Sealed(
          PemWriter.text(read.certificate()),
          secrets.seal(PemWriter.text(read.privateKey()), owner),
          owner);
    } catch (CredentialException e) {
      boolean ofKey = e.path().equals(CredentialReader.PRIVATE_KEY);
      boolean ofCertificate = e.path().equals(CredentialReader.CERTIFICATE);
      throw refused(
          of.name(),
          ofKey ? PRIVATE_KEY : ofCertificate ? CERTIFICATE : e.path().toString(),
          e.reason(),
          e.remedy().replaceAll("\\.$", ""));
    }
  }

  private static void tooLong(Integration of, String key, String pem) {
    if (pem.length() > LONGEST_PEM) {
      throw refused(
          of.name(), key, "is longer than 64 KiB, so it is hardly PEM", "Give the PEM text alone");
    }
  }

  /**
   * @param name null where it is the integration's own already
   */
  private void free(@Nullable String name, String tenantId, String clientId) {
    if (name != null && isTaken(name)) {
      throw taken(name);
    }
    for (Integration each : connected.get()) {
      if (each.tenantId().equals(tenantId) && each.clientId().equals(clientId)) {
        throw new Conflict(
            name == null ? tenantId : name,
            "tenant-id, client-id",
            "are those of " + each.name() + ", which is connected already",
            "Give the tenant's own, or remove " + each.name() + " first");
      }
    }
  }

  private boolean isTaken(String name) {
    return store.find(name) != null
        || connected.get().stream().anyMatch(each -> each.name().equals(name));
  }

  private static ConfigurationException taken(String name) {
    return new Conflict(
        name,
        "name",
        "or tenant-id with client-id is that of another integration",
        "Choose another name, or remove the other first");
  }

  private static ConfigurationException meanwhile(String name) {
    return new Conflict(
        name,
        "name",
        "was changed by someone else meanwhile",
        "Look at it as it is now, and again");
  }

  private static ConfigurationException refused(
      String place, String key, String cause, String remedy) {
    return new ConfigurationException(List.of(new Problem(place, 0, key, cause, remedy)));
  }

  private static void put(Map<String, Object> keys, String key, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      keys.put(key, value);
    }
  }
}
