package io.entrarelay.console;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.entrarelay.config.Integration;
import io.entrarelay.console.IntegrationsApi.Detail;
import io.entrarelay.console.IntegrationsApi.Name;
import io.entrarelay.onboard.IntegrationChanges;
import io.entrarelay.state.StoredIntegration;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.AccessMode;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** What tenant administrators do: connect tenants, change and remove them. */
@RestController
@RequestMapping(ApiRules.BASE + "/integrations")
class IntegrationChangesApi {
  private static final String CERTIFICATE = "certificate";
  private static final String CONSENT = "consent";
  private static final List<String> USUAL = List.of("signIns", "directoryAudits");

  private final ConsoleParts parts;
  private final IntegrationEdits edits;
  private final IntegrationsApi integrations;

  IntegrationChangesApi(ConsoleParts parts, IntegrationsApi integrations) {
    this.parts = parts;
    this.edits = new IntegrationEdits(parts);
    this.integrations = integrations;
  }

  /** A tenant that is to be connected. */
  @Schema(name = "NewIntegration")
  record NewIntegration(
      @Schema(
              description =
                  "certificate: an application of the tenant's own, with its certificate and key;"
                      + " consent: an administrator of the tenant consents to the relay's shared"
                      + " application",
              allowableValues = {CERTIFICATE, CONSENT},
              defaultValue = CERTIFICATE)
          @Nullable String way,
      @Schema(requiredMode = RequiredMode.REQUIRED, pattern = "[a-z0-9-]{1,63}")
          @Nullable String name,
      @Schema(description = "as people call the tenant; the name where it is absent")
          @Nullable String displayName,
      @Schema(
              description =
                  "the Directory (tenant) ID, a GUID; may be absent by consent: then it is that of"
                      + " the administrator who consents")
          @Nullable String tenantId,
      @Schema(description = "the Application (client) ID, a GUID; not by consent")
          @Nullable String clientId,
      @Schema(
              description = "global, us-gov, us-gov-dod, china or custom; not by consent",
              defaultValue = "global")
          @Nullable String cloud,
      @Schema(description = "with cloud custom") @Nullable Endpoints endpoints,
      @Schema(description = "the reports to collect; absent for signIns and directoryAudits")
          @Nullable List<String> reports,
      @Schema(description = "PEM text; may hold the key as well; not by consent")
          @Nullable String certificate,
      @Schema(
              description = "PEM text; kept encrypted, and never shown again; not by consent",
              accessMode = AccessMode.WRITE_ONLY)
          @Nullable String privateKey) {
    /** Without certificate and key. */
    @Override
    public String toString() {
      return "NewIntegration[" + name + "]";
    }
  }

  /** The hosts of a custom cloud. */
  @Schema(name = "Endpoints")
  record Endpoints(
      @Schema(description = "the token endpoint's https URL") @Nullable String authority,
      @Schema(description = "Graph's https URL") @Nullable String graph) {}

  /** What was added. */
  @Schema(name = "AddedIntegration")
  record Added(
      @JsonUnwrapped Detail integration,
      @Schema(
              description =
                  "by consent: the page of the console at which someone who is signed in goes on to"
                      + " Microsoft with an administrator of the tenant")
          @Nullable URI consent) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Connects a tenant; a relay begins to collect it by itself.")
  ResponseEntity<Added> addIntegration(@RequestBody NewIntegration asked, Authentication someone) {
    String way = asked.way() == null ? CERTIFICATE : asked.way();
    Added added =
        switch (way) {
          case CERTIFICATE -> byCertificate(asked, Person.who(someone));
          case CONSENT -> byConsent(asked, Person.who(someone));
          default ->
              throw ApiAdvice.wrong(
                  new ApiAdvice.Error(
                      "way", "is none", "Give one of " + CERTIFICATE + ", " + CONSENT));
        };
    return ResponseEntity.created(
            ServletUriComponentsBuilder.fromCurrentRequest()
                .pathSegment(added.integration().summary().name())
                .build()
                .toUri())
        .body(added);
  }

  private Added byCertificate(NewIntegration asked, String who) {
    Endpoints endpoints = asked.endpoints();
    Integration added =
        edits.add(
            new IntegrationChanges.Asked(
                text(asked.name()),
                asked.displayName(),
                text(asked.tenantId()),
                text(asked.clientId()),
                asked.cloud() == null ? "global" : asked.cloud(),
                endpoints == null ? null : endpoints.authority(),
                endpoints == null ? null : endpoints.graph(),
                asked.reports() == null ? USUAL : asked.reports(),
                text(asked.certificate()),
                asked.privateKey()),
            who);
    return new Added(integrations.integration(added.name()), null);
  }

  private Added byConsent(NewIntegration asked, String who) {
    Map<String, @Nullable Object> notByConsent = new LinkedHashMap<>();
    notByConsent.put("clientId", asked.clientId());
    notByConsent.put("cloud", asked.cloud());
    notByConsent.put("endpoints", asked.endpoints());
    notByConsent.put("certificate", asked.certificate());
    notByConsent.put("privateKey", asked.privateKey());
    ApiAdvice.Error[] wrong =
        notByConsent.entrySet().stream()
            .filter(each -> each.getValue() != null)
            .map(
                each ->
                    new ApiAdvice.Error(
                        each.getKey(), "is the shared application's", "Leave it out"))
            .toArray(ApiAdvice.Error[]::new);
    if (wrong.length > 0) {
      throw ApiAdvice.wrong(wrong);
    }
    StoredIntegration added =
        parts
            .changes()
            .awaitConsent(
                text(asked.name()),
                asked.displayName(),
                asked.tenantId(),
                asked.reports() == null ? USUAL : asked.reports(),
                who);
    return new Added(
        integrations.integration(added.name()),
        ServletUriComponentsBuilder.fromCurrentContextPath()
            .pathSegment("consent", added.name())
            .build()
            .toUri());
  }

  private static String text(@Nullable String given) {
    return given == null ? "" : given;
  }

  /** What of an integration can be changed; what is absent stays. */
  @Schema(name = "IntegrationNames")
  record Names(
      @Schema(pattern = "[a-z0-9-]{1,63}") @Nullable String name,
      @Schema(description = "as people call the tenant") @Nullable String displayName) {}

  @PatchMapping("/{name}")
  @Operation(
      summary = "Renames an integration; what it has collected, and how far it is, stays its own.")
  Detail renameIntegration(
      @Name @PathVariable("name") String name, @RequestBody Names names, Authentication someone) {
    StoredIntegration was = parts.changes().find(name);
    String newName = names.name() == null ? name : names.name();
    edits.rename(
        name,
        newName,
        names.displayName() == null && was != null ? was.displayName() : names.displayName(),
        Person.who(someone));
    return integrations.integration(newName);
  }

  /** A certificate and its key. */
  @Schema(name = "Certificate")
  record Pem(
      @Schema(
              description = "PEM text; may hold the key as well",
              requiredMode = RequiredMode.REQUIRED)
          @Nullable String certificate,
      @Schema(
              description = "PEM text; kept encrypted, and never shown again",
              accessMode = AccessMode.WRITE_ONLY)
          @Nullable String privateKey) {
    /** Without certificate and key. */
    @Override
    public String toString() {
      return "Pem[]";
    }
  }

  @PutMapping("/{name}/certificate")
  @Operation(summary = "Has an integration use another certificate from now on.")
  Detail rotateCertificate(
      @Name @PathVariable("name") String name, @RequestBody Pem pem, Authentication someone) {
    edits.rotate(name, text(pem.certificate()), pem.privateKey(), Person.who(someone));
    return integrations.integration(name);
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary =
          "Takes an integration out. What was delivered stays; added again, it goes on where it"
              + " was.")
  void removeIntegration(@Name @PathVariable("name") String name, Authentication someone) {
    edits.remove(name, Person.who(someone));
  }
}
