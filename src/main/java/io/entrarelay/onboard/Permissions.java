package io.entrarelay.onboard;

import io.entrarelay.config.Integration;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.record.Report;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The application permissions of Microsoft Graph that an integration's reports need. */
public final class Permissions {
  /** With it Graph looks at the tenant's licence; it reads no report by itself. */
  private static final String DIRECTORY = "Directory.Read.All";

  /** Microsoft Graph itself, as an application. */
  private static final String GRAPH = "00000003-0000-0000-c000-000000000000";

  /** Microsoft's ids of the permissions, the same in every tenant, which the az CLI asks for. */
  private static final Map<String, String> IDS =
      Map.of(
          "AuditLog.Read.All",
          "b0afded3-3588-46d8-8b3d-9842eff778da",
          DIRECTORY,
          "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
          "IdentityRiskEvent.Read.All",
          "6e472fd1-ad78-48da-a0f0-97ab2c6b769e",
          "IdentityRiskyUser.Read.All",
          "dc5007c0-2d7d-4c42-879c-2dab87571379");

  private final Integration integration;

  /** The names of the reports that need it, by permission. */
  private final Map<String, List<String>> needed = new LinkedHashMap<>();

  /**
   * @param reports those that it collects and that Graph has in its cloud, as their sources say
   */
  public Permissions(Integration integration, Collection<Report> reports) {
    this.integration = integration;
    for (Report report : reports) {
      for (String permission : report.neededPermissions()) {
        needed.computeIfAbsent(permission, key -> new ArrayList<>()).add(report.getName());
      }
    }
  }

  /** Each once, in the order of the reports. */
  public List<String> needed() {
    return List.copyOf(needed.keySet());
  }

  /** Those that the token doesn't hold; none where it is not one that can be read. */
  public List<String> missing(AccessToken token) {
    List<String> granted = token.roles();
    return token.tid() == null
        ? List.of()
        : needed().stream().filter(permission -> !granted.contains(permission)).toList();
  }

  /** What is missing, why each is needed, and how it is granted: in the portal, or with az. */
  public String remedy(List<String> missing) {
    List<String> known = missing.stream().filter(IDS::containsKey).toList();
    StringBuilder text =
        new StringBuilder("missing: ")
            .append(
                missing.stream()
                    .map(permission -> permission + " (" + why(permission) + ")")
                    .collect(Collectors.joining("; ")))
            .append(". Grant ")
            .append(missing.size() == 1 ? "it" : "them")
            .append(" in the Entra admin center under App registrations > ")
            .append(integration.clientId())
            .append(" > API permissions > Add a permission > Microsoft Graph > Application")
            .append(" permissions, then Grant admin consent");
    if (known.size() == missing.size()) {
      text.append("; or: az ad app permission add --id ")
          .append(integration.clientId())
          .append(" --api " + GRAPH + " --api-permissions ")
          .append(
              known.stream().map(each -> IDS.get(each) + "=Role").collect(Collectors.joining(" ")))
          .append(" && az ad app permission admin-consent --id ")
          .append(integration.clientId());
    }
    text.append(
            ". Where the application is registered in another tenant, have an administrator of this"
                + " one open ")
        .append(integration.cloud().authority())
        .append('/')
        .append(integration.tenantId())
        .append("/adminconsent?client_id=")
        .append(integration.clientId())
        .append(" afterwards");
    return text.append(". It takes some minutes to reach the tokens.").toString();
  }

  private String why(String permission) {
    return permission.equals(DIRECTORY)
        ? "with it Graph looks at the tenant's licence"
        : "reads " + String.join(", ", needed.getOrDefault(permission, List.of()));
  }
}
