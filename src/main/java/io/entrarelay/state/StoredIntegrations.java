package io.entrarelay.state;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The integrations that are in no file, the same on every node. Each change is one transaction,
 * with its entry in the {@link AuditLog}; what the entry says holds no secret.
 */
public final class StoredIntegrations {
  private final Database database;

  StoredIntegrations(Database database) {
    this.database = database;
  }

  /** Another number after each change. */
  public long changes() {
    return database.read(StoredIntegrationTable::changes);
  }

  /** By name. */
  public List<StoredIntegration> list() {
    return database.read(StoredIntegrationTable::list);
  }

  /** Those whose tenants' administrators have yet to consent, by name. */
  public List<StoredIntegration> awaitingConsent() {
    return database.read(StoredIntegrationTable::awaitingConsent);
  }

  /** The integration of this name; null where the store has none. */
  public @Nullable StoredIntegration find(String name) {
    return database
        .<Optional<StoredIntegration>>read(
            session -> Optional.ofNullable(StoredIntegrationTable.find(session, name)))
        .orElse(null);
  }

  /**
   * @param who asks for it, for the audit log; in each method that changes
   * @return whether neither its name nor its tenant and client were there
   */
  public boolean add(StoredIntegration integration, String who) {
    return changed(
        session -> {
          long now = database.now(session);
          if (!StoredIntegrationTable.add(session, integration, who, now)) {
            return false;
          }
          audit(session, who, "integration added", integration.name(), null, integration);
          return true;
        });
  }

  /**
   * Puts an integration in the place of one of the same or another name; when and by whom it was
   * added stays.
   *
   * @param what is done, for the audit log
   * @return whether the one was there as it is given, and the other's name, tenant and client were
   *     free: of two that change the same at the same time, one is refused
   */
  public boolean change(StoredIntegration was, StoredIntegration becomes, String what, String who) {
    return changed(
        session -> {
          if (!was.equals(StoredIntegrationTable.find(session, was.name()))
              || !StoredIntegrationTable.isFree(session, becomes, was.name())) {
            return false;
          }
          StoredIntegrationTable.change(session, was.name(), becomes);
          audit(session, who, what, was.name(), was, becomes);
          return true;
        });
  }

  /**
   * @return whether there was one
   */
  public boolean remove(String name, String who) {
    return changed(
        session -> {
          StoredIntegration was = StoredIntegrationTable.find(session, name);
          if (was == null) {
            return false;
          }
          StoredIntegrationTable.remove(session, name);
          audit(session, who, "integration removed", name, was, null);
          return true;
        });
  }

  private interface Change {
    boolean make(Session session) throws SQLException;
  }

  private boolean changed(Change change) {
    return database.write(
        session -> {
          // first: of two changes at the same time, one waits here for the other
          StoredIntegrationTable.count(session);
          return change.make(session);
        });
  }

  private void audit(
      Session session,
      String who,
      String what,
      String target,
      @Nullable StoredIntegration was,
      @Nullable StoredIntegration becomes)
      throws SQLException {
    AuditTable.add(
        session,
        database.now(session),
        who,
        what,
        target,
        was == null ? null : words(was),
        becomes == null ? null : words(becomes));
  }

  /** What an auditor wants to see of it. */
  private static String words(StoredIntegration integration) {
    return integration.name()
        + " ("
        + integration.displayName()
        + "), tenant "
        + integration.tenantId()
        + ", application "
        + integration.clientId()
        + ", "
        + integration.cloud()
        + ", "
        + String.join(" ", integration.reports())
        + (integration.awaitsConsent() ? ", awaiting consent" : "");
  }
}
