package io.entrarelay.onboard;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.credential.CredentialSource;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.CredentialSource.Sealed;
import io.entrarelay.credential.Secrets;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.StoredIntegrations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The integrations of the state store to which an administrator has consented. */
public final class KeptIntegrations implements IntegrationDirectory.Kept {
  private final StoredIntegrations store;
  private final IntegrationReader reader;
  private final @Nullable Application application;

  private long changes = -1;
  private List<Integration> integrations = List.of();
  private List<Problem> problems = List.of();

  /**
   * @param application the shared one, null where there is none
   */
  public KeptIntegrations(
      StoredIntegrations store, IntegrationReader reader, @Nullable Application application) {
    this.store = store;
    this.reader = reader;
    this.application = application;
  }

  /** Whose key it is, for {@link io.entrarelay.credential.Secrets}. */
  public static String owner(String tenantId, String clientId) {
    return tenantId + "/" + clientId;
  }

  /**
   * What private keys in the store are encrypted under: the configured file, or one in the data
   * directory, which is made when it is needed first. Nodes that share a store must share the file.
   */
  public static Secrets secrets(RelaySettings settings, Path data) {
    Path configured = settings.secrets().keyFile();
    Path own = data.toAbsolutePath().normalize().resolve("state/secrets.key");
    return configured != null
        ? Secrets.of(configured)
        : settings.state().isShared() ? Secrets.of(own) : Secrets.ofOwn(own);
  }

  /** Reads the store only when something was changed there; goes on as it was where it can't. */
  @Override
  public synchronized List<Integration> look(Consumer<Problem> found) {
    try {
      long now = store.changes();
      if (now != changes) {
        read();
        changes = now;
      }
    } catch (StoreException e) {
      found.accept(
          new Problem(
              "the state store",
              0,
              "",
              "its integrations can't be read now; they go on as they were",
              "See to the state's disk or server"));
    }
    problems.forEach(found);
    return integrations;
  }

  private void read() {
    List<Integration> read = new ArrayList<>();
    List<Problem> wrong = new ArrayList<>();
    for (StoredIntegration stored : store.list()) {
      if (!stored.awaitsConsent()) {
        try {
          read.add(integration(stored));
        } catch (ConfigurationException e) {
          wrong.addAll(e.problems());
        }
      }
    }
    integrations = List.copyOf(read);
    problems = List.copyOf(wrong);
  }

  /**
   * As it is collected.
   *
   * @throws ConfigurationException where it can't be as things are now
   */
  public Integration integration(StoredIntegration stored) {
    return reader.given(stored.name(), keys(stored), credential(stored));
  }

  /** As its file would say it, less the credential. */
  private static Map<String, Object> keys(StoredIntegration stored) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("display-name", stored.displayName());
    if (stored.tenantId() != null) {
      keys.put("tenant-id", stored.tenantId());
    }
    keys.put("client-id", stored.clientId());
    keys.put("cloud", stored.cloud());
    if (stored.authority() != null) {
      keys.put("endpoints.authority", stored.authority());
    }
    if (stored.graph() != null) {
      keys.put("endpoints.graph", stored.graph());
    }
    keys.put("reports", stored.reports());
    return keys;
  }

  private CredentialSource credential(StoredIntegration stored) {
    String certificate = stored.certificate();
    String privateKey = stored.privateKey();
    if (certificate != null && privateKey != null) {
      return new Sealed(
          certificate, privateKey, owner(String.valueOf(stored.tenantId()), stored.clientId()));
    }
    if (application == null || !application.clientId().equals(stored.clientId())) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  stored.name(),
                  0,
                  "relay.application.client-id",
                  application == null
                      ? "is missing, and this tenant has consented to " + stored.clientId()
                      : "is another than the one that this tenant has consented to, "
                          + stored.clientId(),
                  "Write that one, or remove the integration and have the tenant consent again")));
    }
    return new PemFiles(application.certificate(), application.privateKey());
  }
}
