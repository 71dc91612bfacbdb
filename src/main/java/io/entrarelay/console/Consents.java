package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.graph.AdministratorSignIn;
import io.entrarelay.graph.AdministratorSignIn.Begun;
import io.entrarelay.graph.ConsentAnswer;
import io.entrarelay.graph.ConsentException;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.Tenancy;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way of a consent: to Microsoft's consent page, back with an answer that proves nothing yet,
 * to a sign-in at the tenant that is said to have consented, and back with the proof. What was
 * begun stands in the session of who began it, one at a time, under a random state that is good for
 * one answer.
 */
final class Consents {
  /** So long an administrator may take at Microsoft's pages. */
  static final Duration PATIENCE = Duration.ofHours(1);

  private static final String ATTRIBUTE = Consents.class.getName();
  private static final int STATE_BYTES = 32;

  /**
   * What an answer is awaited for.
   *
   * @param name the integration's
   * @param state that the answer must hold
   * @param at when it was begun
   * @param proof the sign-in that is under way; null while consent is
   */
  private record Awaited(String name, String state, Instant at, @Nullable Begun proof) {}

  /**
   * Where an answer leads.
   *
   * @param microsoft a page of Microsoft's that comes next; null where all is done
   * @param name the integration's
   */
  record Next(@Nullable URI microsoft, String name) {}

  private final ConsoleParts parts;
  private final IntegrationActions actions;
  private final SecureRandom random = new SecureRandom();

  Consents(ConsoleParts parts) {
    this.parts = parts;
    this.actions = new IntegrationActions(parts);
  }

  private AdministratorSignIn signIn() {
    AdministratorSignIn signIn = parts.administrators();
    if (signIn == null) {
      throw Refusal.unavailable(
          "There is no application to consent to. Write relay.application.client-id and"
              + " certificate into application.yaml, and start the relay again.");
    }
    return signIn;
  }

  /** The integration that awaits its first consent; null where the name is none of such. */
  @Nullable StoredIntegration awaiting(String name) {
    StoredIntegration stored = parts.changes().find(name);
    return stored != null && stored.awaitsConsent() ? stored : null;
  }

  /**
   * The integration that consent may be granted to again.
   *
   * @throws Refusal where there is none, or it has an application of its own
   */
  Integration connected(String name) {
    Integration integration = actions.named(name);
    Application application = parts.changes().application();
    if (application == null || !application.clientId().equals(integration.clientId())) {
      throw Refusal.invalid(
          "It has an application of its own. Grant admin consent in the Entra admin center under"
              + " App registrations > "
              + integration.clientId()
              + " > API permissions, then refresh it here.");
    }
    return integration;
  }

  /** Begins a consent: the page of Microsoft's at which an administrator decides. */
  URI begin(HttpSession session, String name, URI callback) {
    StoredIntegration awaiting = awaiting(name);
    String tenantId = awaiting == null ? connected(name).tenantId() : awaiting.tenantId();
    byte[] bytes = new byte[STATE_BYTES];
    random.nextBytes(bytes);
    String state = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    URI page = signIn().consent(tenantId, callback, state);
    session.setAttribute(ATTRIBUTE, new Awaited(name, state, parts.clock().instant(), null));
    return page;
  }

  /**
   * Takes an answer of Microsoft's.
   *
   * @param parameters as the browser brought them: anything
   * @param who is signed in here
   * @throws ConsentException where it is no consent, or is not proven; nothing was changed
   * @throws Refusal where nothing was asked for in this session that this could be the answer to
   */
  Next answer(HttpSession session, Map<String, String> parameters, URI callback, String who)
      throws ConsentException {
    Awaited awaited = taken(session, parameters.getOrDefault("state", ""));
    if (awaited.proof != null) {
      return proven(awaited.name, awaited.proof, parameters, callback, who);
    }
    String tenantId = ConsentAnswer.tenant(parameters);
    StoredIntegration awaiting = awaiting(awaited.name);
    if (awaiting == null) {
      return again(awaited.name, tenantId, who);
    }
    requireFree(awaiting, tenantId);
    Begun begun = Begun.at(tenantId);
    URI page = signIn().signIn(begun, callback);
    session.setAttribute(
        ATTRIBUTE, new Awaited(awaited.name, begun.state(), parts.clock().instant(), begun));
    return new Next(page, awaited.name);
  }

  /** The integration whose consent this session is about; null for none. */
  static @Nullable String underWay(HttpSession session) {
    return session.getAttribute(ATTRIBUTE) instanceof Awaited awaited ? awaited.name : null;
  }

  /** What was asked for, for this one answer. */
  private Awaited taken(HttpSession session, String state) {
    synchronized (session) {
      if (session.getAttribute(ATTRIBUTE) instanceof Awaited awaited
          && MessageDigest.isEqual(bytes(awaited.state), bytes(state))) {
        session.removeAttribute(ATTRIBUTE);
        if (parts.clock().instant().isBefore(awaited.at.plus(PATIENCE))) {
          return awaited;
        }
        throw Refusal.invalid(
            "That took longer than an hour, so the answer is not taken. Nothing was changed."
                + " Authorize again.");
      }
    }
    throw Refusal.invalid(
        "This answer is not one that was asked for in this session, or it was taken before. Nothing"
            + " was changed. Begin at the integration's page.");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private void requireFree(StoredIntegration awaiting, String tenantId) {
    if (awaiting.tenantId() != null && !awaiting.tenantId().equals(tenantId)) {
      throw Refusal.invalid(
          "Another tenant has consented ("
              + tenantId
              + ") than the one that was asked for. Nothing was changed. Authorize again as an"
              + " administrator of "
              + awaiting.tenantId()
              + ".");
    }
    for (Integration each : parts.integrations().get()) {
      if (each.tenantId().equals(tenantId) && each.clientId().equals(awaiting.clientId())) {
        throw Refusal.invalid(
            "The tenant "
                + tenantId
                + " is connected already, as "
                + each.name()
                + ". Nothing was changed. Remove the one that awaits consent, or authorize as an"
                + " administrator of another tenant.");
      }
    }
  }

  private Next proven(
      String name, Begun begun, Map<String, String> parameters, URI callback, String who)
      throws ConsentException {
    StoredIntegration awaiting = awaiting(name);
    if (awaiting == null) {
      throw Refusal.invalid("It was changed by someone else meanwhile. Look at it as it is now.");
    }
    String administrator = signIn().proven(begun, ConsentAnswer.code(parameters), callback);
    String tenantId = begun.tenantId();
    parts
        .standings()
        .note(
            new Tenancy(tenantId, awaiting.clientId()),
            name,
            new Standing(
                State.AWAITING_CONSENT, Instant.ofEpochMilli(awaiting.addedAt()), List.of()));
    try {
      parts.changes().consented(awaiting, tenantId, who);
    } catch (ConfigurationException e) {
      throw Refusal.invalid(e.problems().get(0).toString());
    }
    parts.auditLog().write(who, "consent proven", name, null, administrator + " of " + tenantId);
    return new Next(null, name);
  }

  /** Consent was granted to an integration that is collected: only its token has to be new. */
  private Next again(String name, String tenantId, String who) {
    Integration integration = connected(name);
    if (!integration.tenantId().equals(tenantId)) {
      throw Refusal.invalid(
          "Another tenant has consented ("
              + tenantId
              + ") than that of "
              + name
              + ". Nothing was changed. Authorize again as an administrator of "
              + integration.tenantId()
              + ".");
    }
    actions.refresh(name, who);
    parts.auditLog().write(who, "consent granted again", name, null, tenantId);
    return new Next(null, name);
  }

  /** Takes out one that awaits consent. */
  void remove(String name, String who) {
    if (awaiting(name) == null) {
      throw Refusal.unknown("There is no integration of this name that awaits consent.");
    }
    parts.changes().remove(name, who);
  }
}
