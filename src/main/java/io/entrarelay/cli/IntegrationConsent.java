package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.state.StoredIntegration;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code integration consent}: where the tenant's administrator consents. */
@Command(
    name = "consent",
    description = {
      "Say where an administrator of the tenant consents to the application, for the first time or again.",
      "Nothing is to be entered anew afterwards: a relay that runs tries it by itself, refresh does at once."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:said", "2:wrong configuration or usage"},
    footer = {"  entra-relay integration consent contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationConsent extends OneIntegration {
  @Override
  public Integer call() {
    RelaySettings settings = SettingsReader.read(parent.root().config(), System.getenv(), Map.of());
    RelaySettings.Application shared = settings.application();
    StoredIntegration awaiting = awaiting();
    Integration integration = awaiting == null ? Declared.of(parent.root()).named(name) : null;
    String page =
        awaiting != null
                || shared != null
                    && integration != null
                    && shared.clientId().equals(integration.clientId())
            ? console(settings.console()) + "/consent/" + name
            : null;
    String microsoft = integration == null ? null : microsoft(integration);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("console", page);
      object.put("microsoft", microsoft);
      return Answer.json(spec, object);
    }
    return Answer.lines(spec, text(page, microsoft));
  }

  private String text(@Nullable String page, @Nullable String microsoft) {
    StringBuilder text = new StringBuilder();
    if (page != null) {
      text.append("In the console, as a tenant-administrator: ").append(page).append('\n');
    }
    if (microsoft != null) {
      text.append(page == null ? "" : "Or at once at Microsoft: ")
          .append(page == null ? "An administrator of the tenant opens " : "")
          .append(microsoft)
          .append('\n');
    }
    text.append(
        "A Privileged Role Administrator or Global Administrator of the tenant accepts there.");
    if (microsoft != null) {
      text.append(" Then: entra-relay integration refresh ").append(name);
    }
    return text.toString();
  }

  private @Nullable StoredIntegration awaiting() {
    try (Beside state = Beside.ifThere(parent.root())) {
      StoredIntegration stored =
          state == null ? null : state.store().storedIntegrations().find(name);
      return stored != null && stored.awaitsConsent() ? stored : null;
    }
  }

  private static String microsoft(Integration integration) {
    return integration.cloud().authority()
        + "/"
        + integration.tenantId()
        + "/adminconsent?client_id="
        + integration.clientId();
  }

  private static String console(RelaySettings.Console settings) {
    URI url = settings.publicUrl();
    if (url != null) {
      return url.toString();
    }
    String host = settings.address().equals("127.0.0.1") ? "localhost" : settings.address();
    return (settings.certificate() == null ? "http://" : "https://") + host + ":" + settings.port();
  }
}
